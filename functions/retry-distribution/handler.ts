import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { arn, inRing } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { taskWaits } from '../shared/waits.ts'
import { retry } from './retry-distribution.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const ledger = dynamoLedger(LEDGER_TABLE)
const parts = { ledger, waits: taskWaits(ledger), imageBuilder: new ImagebuilderClient({}) }
const Request = v.object({ ...inRing.entries, distributedArn: arn })

export const handler = lambda(Request, (request) => retry(parts, request))
