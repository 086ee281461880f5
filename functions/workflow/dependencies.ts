import type { EC2Client } from '@aws-sdk/client-ec2'
import { SFNClient } from '@aws-sdk/client-sfn'
import { type UpstreamParts, upstreamParts } from '../../aws/upstreams.ts'
import { dynamoLedger } from '../../ledger/table.ts'
import { taskWaits } from '../../ledger/waits.ts'
import { deployed } from '../runtime/deployed-fleet.ts'
import { env } from '../runtime/env.ts'
import { count } from '../runtime/handler.ts'
import { topic } from '../runtime/notify.ts'
import { defaultBus } from '../runtime/publish-event.ts'
import type { ReleaseParts } from './accept-upstream-release.ts'
import type { WaitingParts } from './change-window.ts'
import type { ClosingParts } from './close-rebake.ts'

/** What it takes to change the claims: to take, to free, and to tell who is next. */
export function claimingParts() {
  const { LEDGER_TABLE, CONCURRENT_BAKES } = env('LEDGER_TABLE', 'CONCURRENT_BAKES')
  const ledger = dynamoLedger(LEDGER_TABLE)
  return { ledger, waits: taskWaits(ledger), concurrentBakes: CONCURRENT_BAKES }
}

/** What it takes to end a rebake. */
export function closingParts(): ClosingParts {
  const { TOPIC_ARN } = env('TOPIC_ARN')
  return { ...claimingParts(), notify: topic(TOPIC_ARN), publish: defaultBus(), count }
}

/** What it takes to let a change pass only when it may. */
export function waitingParts(): WaitingParts {
  const { LEDGER_TABLE, TOPIC_ARN } = env('LEDGER_TABLE', 'TOPIC_ARN')
  return { fleet: deployed().fleet, ledger: dynamoLedger(LEDGER_TABLE), notify: topic(TOPIC_ARN) }
}

/** What it takes to start a campaign. */
export function startingParts() {
  const { CAMPAIGN_STATE_MACHINE_ARN } = env('CAMPAIGN_STATE_MACHINE_ARN')
  return { stepFunctions: new SFNClient({}), campaignArn: CAMPAIGN_STATE_MACHINE_ARN, count }
}

/** What it takes to look at upstreams, and to start the campaigns of their releases. */
export function releaseParts(ec2: EC2Client, session: string): ReleaseParts & { upstreams: UpstreamParts } {
  const { LEDGER_TABLE, TOPIC_ARN, IMAGE_BUILDER_ARN_PREFIX } = env(
    'LEDGER_TABLE',
    'TOPIC_ARN',
    'IMAGE_BUILDER_ARN_PREFIX',
  )
  const { fleet } = deployed()
  return {
    ...startingParts(),
    fleet,
    ec2,
    ledger: dynamoLedger(LEDGER_TABLE),
    notify: topic(TOPIC_ARN),
    upstreams: upstreamParts(fleet.name, IMAGE_BUILDER_ARN_PREFIX, ec2, session),
  }
}
