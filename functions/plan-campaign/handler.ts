import { EC2Client } from '@aws-sdk/client-ec2'
import * as v from 'valibot'
import { Trigger } from '../../domain/triggers.ts'
import { dynamoLedger } from '../../ledger/table.ts'
import { deployed } from '../runtime/deployed-fleet.ts'
import { env } from '../runtime/env.ts'
import { lambda } from '../runtime/handler.ts'
import { arn, campaign, time } from '../runtime/schemas.ts'
import { plan } from './plan-campaign.ts'

const { LEDGER_TABLE, IMAGE_BUILDER_ARN_PREFIX } = env('LEDGER_TABLE', 'IMAGE_BUILDER_ARN_PREFIX')
const parts = {
  ...deployed(),
  ec2: new EC2Client({}),
  ledger: dynamoLedger(LEDGER_TABLE),
  imageBuilderArnPrefix: IMAGE_BUILDER_ARN_PREFIX,
}
const Request = v.object({ ...campaign.entries, execution: arn, time, trigger: Trigger })

export const handler = lambda(Request, (request) => plan(parts, request))
