import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { dynamoLedger } from '../../ledger/table.ts'
import { taskWaits } from '../../ledger/waits.ts'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { arn, inRing } from '../runtime/schemas.ts'
import { retry } from './retry-distribution.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const ledger = dynamoLedger(LEDGER_TABLE)
const parts = { ledger, waits: taskWaits(ledger), imageBuilder: new ImagebuilderClient({}) }
const Request = v.object({ ...inRing.entries, distributedArn: arn })

export const handler = lambda(Request, (request) => retry(parts, request))
