import type { Message } from '../../domain/messages/message.ts'
import { plan } from '../../functions/plan-campaign/plan-campaign.ts'
import { type CampaignImage, type CampaignItem, readCampaign } from '../../functions/shared/campaigns.ts'
import type { ClosingParts } from '../../functions/shared/closing.ts'
import type { Publish } from '../../functions/shared/events.ts'
import { taskWaits } from '../../functions/shared/waits.ts'
import { exampleFleet } from './fleets.ts'
import { memoryLedger } from './ledger.ts'

export const campaign = 'al2023-soe-ami-0a1b2c3d4e5f67890'
export const parentAmi = 'ami-0a1b2c3d4e5f67890'
const trigger = {
  kind: 'release' as const,
  upstream: 'al2023-soe',
  ami: parentAmi,
  amiName: 'soe-al2023-2026.09.1',
  time: '2026-09-08T09:00:00Z',
}
export const executionOf = (image: string) =>
  `arn:aws:states:us-west-2:111122223333:execution:golden-rebake:${campaign}-${image}`

/**
 * The example fleet's campaign of its Amazon Linux, planned: al2023-hardened, below it al2023-java (orders-api,
 * payments-api) and al2023-node (web-frontend). What the functions tell, publish and count is written down.
 */
export async function plannedCampaign() {
  const ledger = memoryLedger()
  const told: Message[] = []
  const published: Parameters<Publish>[0][] = []
  const counted: string[] = []
  const granted: string[] = []
  const waits = taskWaits(ledger, {
    send: async ({ input }: { input: { taskToken: string } }) => granted.push(input.taskToken),
  } as never)
  const parts: ClosingParts & { ledger: typeof ledger } = {
    ledger,
    waits,
    notify: async (message) => void told.push(message),
    publish: async (event) => void published.push(event),
    count: (name) => void counted.push(name),
    concurrentBakes: 1,
  }
  await plan(
    { fleet: exampleFleet(), ledger, imageBuilderArnPrefix: 'arn:aws:imagebuilder:us-west-2:111122223333' },
    { campaign, execution: 'arn:aws:states:campaign', time: trigger.time, trigger },
  )
  const set = (image: string, attributes: Partial<CampaignImage>) =>
    ledger.set({ pk: `CAMPAIGN#${campaign}`, sk: `IMAGE#${image}` }, attributes)
  const images = async () => (await readCampaign(ledger, campaign)).images
  return {
    parts,
    ledger,
    told,
    published,
    counted,
    granted,
    set,
    image: async (name: string) => (await images()).find(({ image }) => image === name) as CampaignImage,
    record: async () => (await readCampaign(ledger, campaign)).record as CampaignItem,
    /** Of the images that are baked, by name. */
    statuses: async () =>
      Object.fromEntries(
        (await images())
          .filter(({ plan }) => plan.decision === 'bake')
          .map(({ image, status }) => [image, status]),
      ),
  }
}
