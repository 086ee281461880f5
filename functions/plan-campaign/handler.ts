import * as v from 'valibot'
import { env } from '../shared/env.ts'
import { deployedFleet } from '../shared/fleet.ts'
import { dynamoLedger } from '../shared/ledger.ts'
import { arn, campaign, release, time } from '../shared/schemas.ts'
import { lambda } from '../shared/stack.ts'
import { plan } from './plan-campaign.ts'

const { LEDGER_TABLE, IMAGE_BUILDER_ARN_PREFIX } = env('LEDGER_TABLE', 'IMAGE_BUILDER_ARN_PREFIX')
const parts = {
  fleet: deployedFleet(),
  ledger: dynamoLedger(LEDGER_TABLE),
  imageBuilderArnPrefix: IMAGE_BUILDER_ARN_PREFIX,
}
const Request = v.object({ ...campaign.entries, execution: arn, time, trigger: release })

export const handler = lambda(Request, (request) => plan(parts, request))
