import { EC2Client } from '@aws-sdk/client-ec2'
import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { SSMClient } from '@aws-sdk/client-ssm'
import type { CheckOrder } from '../../../domain/check-kinds.ts'
import type { BakeOrder } from '../../../domain/planning/bake-order.ts'
import type { FleetState } from '../../../domain/planning/fleet-state.ts'
import { runCheck } from '../../../functions/run-check/run-check.ts'
import { taskWaits } from '../../../functions/workflow/task-waits.ts'
import { keyOf } from '../../../ledger/keys.ts'
import { memoryLedger, seed } from '../../support/ledger.ts'

export const image = 'web'
export const campaign = 'c1'
export const ami = 'ami-0b0b0b0b0b0b0b0b0'
export const parentAmi = 'ami-0a1b2c3d4e5f67890'
const prefix = 'arn:aws:imagebuilder:us-west-2:111122223333:image'
export const imageArn = `${prefix}/golden-web/1.0.0/4`
export const parentArn = `${prefix}/golden-base/1.0.0/9`
export const previous = { version: '1.0.0/3', ami: 'ami-0c0c0c0c0c0c0c0c0' }
export const previousArn = `${prefix}/golden-web/1.0.0/3`
export const since = '2026-09-08T10:00:00Z'

/** So many seconds after the check was begun. */
export const secondsIn = (seconds: number) => new Date(Date.parse(since) + seconds * 1_000).toISOString()

type Order<K extends CheckOrder['kind']> = Extract<CheckOrder, { kind: K }>

/** One check of one image whose campaign is planned; the clients are for the test to mock. */
export async function checking<K extends CheckOrder['kind']>(
  kind: K,
  settings: Order<K>['settings'],
  { check = kind as string, mode = 'required' as const, timeout = 7_200 } = {},
) {
  const ledger = memoryLedger()
  /** What the tasks got. */
  const sent: { taskToken: string; error?: string; cause?: string; output?: string }[] = []
  const waits = taskWaits(ledger.waits, { send: async ({ input }: never) => void sent.push(input) } as never)
  const order = { check, kind, mode, timeout, lookAfter: 900, settings } as Order<K>
  await seed(ledger, keyOf('image', { campaign, image }), { order: { checks: [order] } as Partial<BakeOrder> })
  const deps = {
    ledger,
    waits,
    ec2: new EC2Client({}),
    imageBuilder: new ImagebuilderClient({ maxAttempts: 1 }),
    ssm: new SSMClient({}),
    lambda: (region: string) => new LambdaClient({ region, maxAttempts: 1 }),
    smokeDocument: 'golden-smoke',
  }
  const execution = `arn:aws:states:us-west-2:111122223333:execution:golden-rebake:${campaign}-${image}`
  const item = () => ledger.table.get(keyOf('check', { campaign, image, check }))
  return {
    ledger,
    waits,
    sent,
    item,
    /** Looks, as the state machine does; the token is `token-<seconds>`. */
    look: async (seconds = 0, more: { check?: string } = {}) => {
      await runCheck(deps, {
        taskToken: `token-${seconds}`,
        execution,
        time: secondsIn(seconds),
        since,
        campaign,
        image,
        parentAmi,
        imageArn,
        ami,
        check,
        ...more,
      })
      return item()
    },
    /** What the evidence says: `passed`, or each failure. */
    verdict: async () => {
      const { evidence } = (await item()) ?? {}
      if (!evidence) return 'no evidence'
      const failures = evidence.results.filter(({ passed }) => !passed)
      return evidence.passed ? 'passed' : failures.map(({ check: what, detail }) => `${what}: ${detail}`)
    },
    /** A release of before, which Image Builder knows. */
    released: async () => {
      await ledger.fleetState.change((known: FleetState) => ({ ...known, images: { [image]: { released: previous } } }))
      await seed(ledger, keyOf('release', { image, version: previous.version }), {
        imageArn: previousArn,
        ami: previous.ami,
      })
    },
  }
}
