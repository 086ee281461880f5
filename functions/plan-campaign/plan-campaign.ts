import type { EC2Client } from '@aws-sdk/client-ec2'
import { describeAmi } from '../../aws/amis.ts'
import { rebakeName } from '../../domain/executions.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { type OrderContext, orderRebake } from '../../domain/planning/bake-order.ts'
import { campaignWindow } from '../../domain/planning/change-windows.ts'
import type { FleetState } from '../../domain/planning/fleet-state.ts'
import { type CampaignPlan, type PlannedImage, planCampaign } from '../../domain/planning/plan.ts'
import { recordPlan } from '../../domain/planning/transitions.ts'
import { baseOf, type TriggerKind, type TriggerOf } from '../../domain/trigger-kinds.ts'
import type { Trigger } from '../../domain/triggers.ts'
import type { CampaignImageItem } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { chooseAmi } from './choose-ami.ts'
import { decidePromotion, promotionRoots } from './plan-promotion.ts'

interface PlanCampaignDeps {
  fleet: Fleet
  definitions: Record<string, string>
  /** Of the Rebake that deployed this: it stays beside what was decided. */
  version: string
  ec2: EC2Client
  ledger: Pick<Ledger, 'campaigns' | 'fleetState' | 'locks' | 'releases'>
  imageBuilderArnPrefix: string
}

interface PlanCampaignInput<T extends Trigger = Trigger> {
  campaign: string
  execution: string
  time: string
  trigger: T
}

type Roots = ReturnType<typeof rootsOf> | ReturnType<typeof promotionRoots>

const bake = async (deps: PlanCampaignDeps, request: PlanCampaignInput): Promise<Roots> =>
  rootsOf(request.campaign, await decide(deps, request, await goneAmis(deps, request.trigger)))

/** How the campaign of each kind of trigger is decided. */
const decisions: {
  [K in TriggerKind]: (deps: PlanCampaignDeps, request: PlanCampaignInput<TriggerOf<K>>) => Promise<Roots>
} = {
  release: bake,
  cycle: bake,
  manual: async (deps, request) => {
    await chooseAmi(deps, request.trigger)
    return bake(deps, request)
  },
  cve: bake,
  drift: bake,
  promote: async (deps, request) => promotionRoots(await decidePromotion(deps, request)),
}

const decideAs = <K extends TriggerKind>(
  deps: PlanCampaignDeps,
  request: PlanCampaignInput<TriggerOf<K>>,
): Promise<Roots> => decisions[request.trigger.kind](deps, request)

/**
 * Writes the decision for every image, and answers with the images that can start at once; or with when the campaign
 * may begin, where that is not now.
 *
 * @throws RequestRefused when a person asked for an AMI that is none of the upstream's, or for a release that cannot be
 * rolled out.
 */
export async function plan(deps: PlanCampaignDeps, request: PlanCampaignInput) {
  const { ledger, fleet } = deps
  const { campaign, execution, time, trigger } = request
  const opening = campaignWindow(fleet, trigger, new Date(time))
  if (opening) {
    const waiting = { until: opening.opensAt.toISOString(), reasons: opening.reasons }
    await ledger.campaigns.recordWaiting(campaign, { execution, trigger, waiting, time })
    return { opensAt: waiting.until, roots: [] }
  }
  const roots = await decideAs(deps, request)
  await ledger.campaigns.recordRunning(campaign, { execution, trigger, time })
  return { roots }
}

const rootsOf = (campaign: string, images: PlannedImage[]) =>
  images
    .filter(({ decision, parentAmi }) => decision === 'bake' && parentAmi !== undefined)
    .map(({ image, parentAmi }) => ({ image, execution: rebakeName(campaign, image), parentAmi }))

/**
 * Plans are made one after the other: what this one decides is in what the next one knows. Made again, after a crash,
 * what was written first stays.
 */
async function decide(deps: PlanCampaignDeps, request: PlanCampaignInput, gone: Set<string>): Promise<PlannedImage[]> {
  const { fleet, definitions, ledger } = deps
  const { campaign, trigger, time } = request
  const before = await ledger.campaigns.read(campaign)
  if (before.record?.status === 'running') return before.images.map(({ plan }) => plan)
  const again = before.images.length > 0
  let made: { plan: CampaignPlan; number: number } | undefined
  await ledger.fleetState.change((known) => {
    const plan = planCampaign(fleet, trigger, { campaign, time, known, definitions, gone, again })
    const number = numberOf(known, campaign)
    made = { plan, number }
    const planned = recordPlan(
      known,
      { campaign, number, emergency: trigger.emergency },
      plan.images.filter(({ decision }) => decision === 'bake'),
    )
    return { ...planned, deployedBy: deps.version }
  })
  const { plan, number } = made as NonNullable<typeof made>
  for (const image of plan.images) await ledger.campaigns.recordPlanned(campaign, itemOf(deps, request, image, number))
  return plansOf((await ledger.campaigns.read(campaign)).images)
}

const plansOf = (images: CampaignImageItem[]) => images.map(({ plan }) => plan).sort((a, b) => a.order - b.order)

/** A campaign keeps its number when it is planned again. */
const numberOf = (known: FleetState, campaign: string): number =>
  Object.values(known.images)
    .flatMap(({ pending = [] }) => pending)
    .find((pending) => pending.campaign === campaign)?.number ?? known.campaigns + 1

function itemOf(
  { fleet, definitions, imageBuilderArnPrefix }: PlanCampaignDeps,
  { campaign, trigger }: PlanCampaignInput,
  plan: PlannedImage,
  number: number,
): CampaignImageItem {
  const image = fleet.images[plan.image]
  const base = { image: plan.image, reason: plan.reason, plan }
  if (plan.decision === 'leave' || !image) return { ...base, status: 'left' }
  const ordering: OrderContext = {
    campaign,
    number,
    emergency: trigger.emergency ?? false,
    definition: definitions[plan.image] ?? '',
    arnPrefix: imageBuilderArnPrefix,
  }
  return { ...base, status: 'planned', order: orderRebake(fleet, plan.image, image, ordering) }
}

/** AMIs of upstreams that have been deregistered or taken back since they were released. */
async function goneAmis({ ec2, ledger }: PlanCampaignDeps, trigger: Trigger): Promise<Set<string>> {
  const { upstreams } = await ledger.fleetState.read()
  const { ami: named } = baseOf(trigger)
  const chosen = named === undefined ? Object.values(upstreams).map(({ ami }) => ami) : [named]
  const gone = new Set<string>()
  for (const ami of chosen) if ((await describeAmi(ec2, ami))?.State !== 'available') gone.add(ami)
  return gone
}
