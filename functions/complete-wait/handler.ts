import { dynamoTable } from '../../ledger/dynamo-table.ts'
import { WaitStore } from '../../ledger/waits.ts'
import { env } from '../runtime/env.ts'
import { createHandler } from '../runtime/handler.ts'
import { taskWaits } from '../workflow/task-waits.ts'
import { resume, WaitEvent } from './complete-wait.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const waits = taskWaits(new WaitStore(dynamoTable(LEDGER_TABLE)))

export const handler = createHandler(WaitEvent, (event) => resume(waits, event))
