import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { lambda } from '../shared/stack.ts'
import { taskWaits } from '../shared/waits.ts'
import { AnswerRequest, answerApproval } from './answer-approval.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const ledger = dynamoLedger(LEDGER_TABLE)
const parts = { ledger, waits: taskWaits(ledger) }

export const handler = lambda(AnswerRequest, (request) => answerApproval(parts, request))
