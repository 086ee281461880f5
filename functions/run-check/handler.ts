import { EC2Client } from '@aws-sdk/client-ec2'
import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { dynamoLedger } from '../../ledger/table.ts'
import { taskWaits } from '../../ledger/waits.ts'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { arn, baked, text, time } from '../runtime/schemas.ts'
import { runCheck } from './run-check.ts'

const { LEDGER_TABLE, SMOKE_DOCUMENT } = env('LEDGER_TABLE', 'SMOKE_DOCUMENT')
const ledger = dynamoLedger(LEDGER_TABLE)
const parts = {
  ledger,
  waits: taskWaits(ledger),
  ec2: new EC2Client({}),
  imageBuilder: new ImagebuilderClient({}),
  ssm: new SSMClient({}),
  smokeDocument: SMOKE_DOCUMENT,
  lambda: (region: string) => new LambdaClient({ region, maxAttempts: 1 }),
}
const Request = v.object({ ...baked.entries, taskToken: text, execution: arn, check: text, since: time })

export const handler = lambda(Request, (request) => runCheck(parts, request))
