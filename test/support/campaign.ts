import type { EC2Client } from '@aws-sdk/client-ec2'
import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import type { Fleet } from '../../domain/fleet/model.ts'
import type { LockRequest } from '../../domain/locks.ts'
import type { Message } from '../../domain/messages/message.ts'
import { campaignName, type Trigger } from '../../domain/triggers.ts'
import { claim } from '../../functions/acquire-lock/acquire-lock.ts'
import { plan } from '../../functions/plan-campaign/plan-campaign.ts'
import type { Publish } from '../../functions/runtime/publish-event.ts'
import type { CloseDeps } from '../../functions/workflow/close-rebake.ts'
import { taskWaits } from '../../functions/workflow/task-waits.ts'
import type { CampaignImageItem, CampaignItem } from '../../ledger/items.ts'
import { keyOf } from '../../ledger/keys.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { exampleFleet } from './fleets.ts'
import { memoryLedger } from './ledger.ts'

export const parentAmi = 'ami-0a1b2c3d4e5f67890'
export const trigger = {
  kind: 'release' as const,
  upstream: 'al2023-soe',
  ami: parentAmi,
  amiName: 'soe-al2023-2026.09.1',
  time: '2026-09-08T09:00:00Z',
  reason: `al2023-soe released ${parentAmi}`,
}
export const campaign = campaignName(trigger)
/** The release after it: an emergency, where asked. */
export const nextRelease = (more: { emergency?: boolean } = {}) => ({
  ...trigger,
  ami: 'ami-0e0e0e0e0e0e0e0e0',
  amiName: 'soe-al2023-2026.09.2',
  time: '2026-09-08T10:30:00Z',
  reason: 'the next',
  ...more,
})
export const nextCampaign = campaignName(nextRelease())
export const executionOf = (image: string, of = campaign) =>
  `arn:aws:states:us-west-2:111122223333:execution:golden-rebake:${of}-${image}`
export const imageBuilderArnPrefix = 'arn:aws:imagebuilder:us-west-2:111122223333'

/** An EC2 in which every AMI is available, save these. */
export const ec2Without = (...gone: string[]) =>
  ({
    send: async ({ input }: { input: { ImageIds?: string[] } }) => {
      const there = input.ImageIds?.filter((ami) => !gone.includes(ami)) ?? []
      return { Images: there.map((ImageId) => ({ ImageId, State: 'available' })) }
    },
  }) as unknown as EC2Client

/** What plan-campaign works with: every image's definition is `d1`. */
export const planDeps = (ledger: Ledger, fleet: Fleet = exampleFleet()) => ({
  version: '0.3.0',
  definitions: Object.fromEntries(Object.keys(fleet.images).map((image) => [image, 'd1'])),
  fleet,
  ledger,
  imageBuilderArnPrefix,
  ec2: ec2Without(),
})

/** Plans a campaign at its trigger's time. */
export const planFor = (ledger: Ledger, cause: Trigger, fleet?: Fleet) =>
  plan(planDeps(ledger, fleet), {
    campaign: campaignName(cause),
    trigger: cause,
    time: cause.time,
    execution: `arn:aws:states:us-west-2:111122223333:execution:golden-campaign:${campaignName(cause)}`,
  })

/**
 * The example fleet's campaign of its Amazon Linux, planned: al2023-hardened, below it al2023-java (orders-api,
 * payments-api) and al2023-node (web-frontend). What the functions tell, publish and count is written down.
 */
export async function plannedCampaign({ cause = trigger as Trigger, ledger = memoryLedger() } = {}) {
  const reported: Message[] = []
  const published: Parameters<Publish>[0][] = []
  const counted: string[] = []
  const granted: string[] = []
  const superseded: string[] = []
  const waits = taskWaits(ledger.waits, {
    send: async ({ input }: { input: { taskToken: string; error?: string; cause?: string } }) =>
      input.error ? superseded.push(`${input.taskToken}: ${input.cause}`) : granted.push(input.taskToken),
  } as never)
  const deps: CloseDeps & { ledger: typeof ledger } = {
    ledger,
    waits,
    notify: async (message) => void reported.push(message),
    publish: async (event) => void published.push(event),
    count: (name) => void counted.push(name),
    concurrentBakes: 1,
  }
  await planFor(ledger, cause)
  const of = campaignName(cause)
  const set = (image: string, attributes: Partial<CampaignImageItem>, once?: Partial<CampaignImageItem>) =>
    ledger.table.set(keyOf('image', { campaign: of, image }), attributes, once)
  const images = async () => (await ledger.campaigns.read(of)).images
  return {
    parts: deps,
    ledger,
    reported,
    published,
    counted,
    /** Tokens of tasks that got their lock; of those that did not, with the cause. */
    granted,
    superseded,
    set,
    known: () => ledger.fleetState.read(),
    image: async (name: string) => (await images()).find(({ image }) => image === name) as CampaignImageItem,
    record: async () => (await ledger.campaigns.read(of)).record as CampaignItem,
    /** Of the images that are baked, by name. */
    statuses: async () =>
      Object.fromEntries(
        (await images()).filter(({ plan }) => plan.decision === 'bake').map(({ image, status }) => [image, status]),
      ),
  }
}

export type Planned = Awaited<ReturnType<typeof plannedCampaign>>

/** Claims an image, as the state machine does; the token is `token-<image>`. */
export const claimFor = (
  { parts: deps }: Pick<Planned, 'parts'>,
  image: string,
  more: Partial<Parameters<typeof claim>[1] & Parameters<typeof claim>[0]> = {},
) =>
  claim(
    { ...deps, imageBuilder: {} as ImagebuilderClient, supersede: 'wait', ...more },
    {
      taskToken: `token-${image}`,
      time: '2026-09-08T10:00:00Z',
      campaign,
      image,
      parentAmi,
      stage: 'bake' as LockRequest['stage'],
      execution: executionOf(image, more.campaign),
      ...more,
    },
  )
