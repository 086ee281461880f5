import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { lambda } from '../shared/stack.ts'
import { taskWaits } from '../shared/waits.ts'
import { resume, WaitEvent } from './resume-wait.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const waits = taskWaits(dynamoLedger(LEDGER_TABLE))

export const handler = lambda(WaitEvent, (event) => resume(waits, event))
