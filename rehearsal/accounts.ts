import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { Approval } from '../domain/approvals.ts'
import { imageStatusesForPeople } from '../domain/image-status.ts'
import { baseOf, titleOf } from '../domain/trigger-kinds.ts'
import type { World } from '../emulator/index.ts'
import type { ApprovalItem, CampaignImageItem, CampaignItem } from '../ledger/items.ts'
import { type ItemKind, type ItemOf, parseKey } from '../ledger/keys.ts'
import { type AnyItem, contentOf, type Stored } from '../ledger/table.ts'
import { passedAt } from './records.ts'
import type { CampaignResult, ImageResult, Summary } from './results.ts'

/** The ledger as an operator reads it: what was recorded, not what happened. */
async function readLedger({ aws }: World, table: string) {
  const items: AnyItem[] = []
  let from: unknown
  do {
    const page = (await aws.call({
      principal: aws.iam.operator(),
      service: 'dynamodb',
      operation: 'Scan',
      input: { TableName: table, ...(from ? { ExclusiveStartKey: from } : {}) },
    })) as { Items?: Record<string, never>[]; LastEvaluatedKey?: unknown }
    items.push(...(page.Items ?? []).map((item) => unmarshall(item) as AnyItem))
    from = page.LastEvaluatedKey
  } while (from)
  return items
}

/**
 * Adds up a rehearsal from its ledger, its executions and its calls.
 *
 * @param started the first event's time
 * @param until when the time ends that was asked for: nothing may happen for days before it
 */
export async function summarise(
  world: World,
  table: string,
  started: number,
  until = started,
): Promise<Omit<Summary, 'wallSeconds'>> {
  const partitions = Map.groupBy(await readLedger(world, table), ({ pk }) => pk)
  const campaigns = [...partitions.values()]
    .flatMap((items) =>
      itemsOf(items, 'campaign').map((item) => ({ item, images: bakesIn(items), approvals: approvalsIn(items) })),
    )
    .sort(({ item: a }, { item: b }) => a.startedAt.localeCompare(b.startedAt) || a.campaign.localeCompare(b.campaign))
  const calls = Map.groupBy(world.aws.calls, ({ tag }) => tag)
  const ends = [...world.stepFunctions.executions.values()].map(({ stopDate }) => stopDate ?? started)
  return {
    campaigns: campaigns.map(({ item, images }) => campaignResult(item, images.length)),
    images: campaigns.flatMap(({ item, images, approvals }) =>
      images.map((image) => {
        const work = `${item.campaign}/${image.image}`
        return imageResult(world, item.campaign, image, {
          lambdaInvocations: world.functions.invocations.get(work) ?? 0,
          apiCalls: calls.get(work)?.length ?? 0,
          approvals: approvals.get(image.image) ?? [],
        })
      }),
    ),
    makespanSeconds: seconds(ends.reduce((last, end) => Math.max(last, end), until) - started),
    criticalPathSeconds: Math.max(0, ...campaigns.map(({ images }) => criticalPath(world, images))),
  }
}

const itemsOf = <K extends ItemKind>(items: readonly AnyItem[], kind: K): ItemOf<K>[] =>
  items.filter((item) => parseKey(item)?.kind === kind).map((item) => contentOf(item as Stored<K>))

/** The images that a campaign bakes, in its order. */
const bakesIn = (items: readonly AnyItem[]) =>
  itemsOf(items, 'image')
    .filter(({ plan }) => plan.decision === 'bake')
    .sort((a, b) => a.plan.order - b.plan.order)

/** What was asked about each image, in the order of asking. */
function approvalsIn(items: readonly AnyItem[]): Map<string, Approval[]> {
  const asked = itemsOf(items, 'approval').sort((a, b) => a.requestedAt.localeCompare(b.requestedAt))
  const reported = ({ ring, requestedAt, until, approvers, answer }: ApprovalItem): [Approval] => [
    { ring, requestedAt, until, approvers, ...(answer && { answer }) },
  ]
  return new Map([...Map.groupBy(asked, ({ image }) => image)].map(([image, all]) => [image, all.flatMap(reported)]))
}

const seconds = (milliseconds: number) => Math.round(milliseconds / 1000)

const campaignResult = (item: CampaignItem, images: number): CampaignResult => ({
  name: item.campaign,
  title: titleOf(item.trigger),
  kind: item.trigger.kind,
  reason: item.trigger.reason,
  upstream: baseOf(item.trigger).upstream ?? null,
  ami: baseOf(item.trigger).ami ?? null,
  status: item.status,
  startedAt: item.startedAt,
  finishedAt: item.finishedAt ?? null,
  images,
})

function imageResult(
  world: World,
  campaign: string,
  image: CampaignImageItem,
  counted: Pick<ImageResult, 'lambdaInvocations' | 'apiCalls' | 'approvals'>,
): ImageResult {
  const execution = world.stepFunctions.executions.get(image.execution ?? '')
  const { shownAs } = imageStatusesForPeople[image.status]
  const entered = execution?.history.events.filter(({ type }) => type.endsWith('StateEntered')) ?? []
  return {
    image: image.image,
    campaign,
    status: shownAs === 'waiting' ? 'running' : shownAs,
    reason: image.reason,
    ami: image.ami ?? null,
    parentAmi: image.parentAmi ?? null,
    startedAt: image.startedAt ?? null,
    finishedAt: image.finishedAt ?? null,
    transitions: entered.length,
    ...counted,
  }
}

/** Seconds of the longest chain: each image from its bake to the start of the next, the last to its own end. */
function criticalPath({ stepFunctions }: World, images: CampaignImageItem[]): number {
  const below = (parent: string): number =>
    Math.max(0, ...images.filter(({ plan }) => plan.parent === parent).map(from))
  const from = (image: CampaignImageItem): number => {
    const execution = stepFunctions.executions.get(image.execution ?? '')
    const start = passedAt(execution, 'Entered', 'Start Bake')
    if (start === undefined) return 0
    const candidate = passedAt(execution, 'Entered', 'Roll Out and Rebake Children')
    // The ledger has an image's own end; its execution goes on until its children have ended.
    const end = image.finishedAt ? Date.parse(image.finishedAt) : start
    const onward = candidate === undefined ? 0 : candidate - start + below(image.image) * 1000
    return Math.max(end - start, onward) / 1000
  }
  const known = new Set(images.map(({ image }) => image))
  const upstreams = new Set(images.map(({ plan }) => plan.parent).filter((parent) => !known.has(parent)))
  return Math.round(Math.max(0, ...[...upstreams].map(below)))
}
