import { dynamoLedger } from '../../ledger/table.ts'
import { taskWaits } from '../../ledger/waits.ts'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { AnswerRequest, answerApproval } from './answer-approval.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const ledger = dynamoLedger(LEDGER_TABLE)
const parts = { ledger, waits: taskWaits(ledger) }

export const handler = lambda(AnswerRequest, (request) => answerApproval(parts, request))
