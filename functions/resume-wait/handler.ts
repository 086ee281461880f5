import { dynamoLedger } from '../../ledger/table.ts'
import { taskWaits } from '../../ledger/waits.ts'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { resume, WaitEvent } from './resume-wait.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const waits = taskWaits(dynamoLedger(LEDGER_TABLE))

export const handler = lambda(WaitEvent, (event) => resume(waits, event))
