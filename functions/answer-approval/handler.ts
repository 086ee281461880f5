import { CampaignStore } from '../../ledger/campaigns.ts'
import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { WaitStore } from '../../ledger/waits.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { taskWaits } from '../workflow/task-waits.ts'
import { AnswerRequest, answerApproval } from './answer-approval.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const table = dynamoTable(LEDGER_TABLE)
const deps = { ledger: { campaigns: new CampaignStore(table) }, waits: taskWaits(new WaitStore(table)) }

export const handler = createHandler(AnswerRequest, (request) => answerApproval(deps, request))
