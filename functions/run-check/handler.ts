import { EC2Client } from '@aws-sdk/client-ec2'
import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { arn, baked, text, time } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { taskWaits } from '../shared/waits.ts'
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
