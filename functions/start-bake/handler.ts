import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { amiId, arn, rebake, text } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { startBake } from './start-bake.ts'

const { LEDGER_TABLE } = env('LEDGER_TABLE')
const parts = { imageBuilder: new ImagebuilderClient({}), ledger: dynamoLedger(LEDGER_TABLE) }
const Request = v.object({ ...rebake.entries, execution: text, parentAmi: amiId, pipelineArn: arn })

export const handler = lambda(Request, (request) => startBake(parts, request))
