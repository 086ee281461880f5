import {
  DescribeLaunchTemplateVersionsCommand,
  DescribeRegionsCommand,
  GetAllowedImagesSettingsCommand,
} from '@aws-sdk/client-ec2'
import { GetRoleCommand } from '@aws-sdk/client-iam'
import { DescribeKeyCommand } from '@aws-sdk/client-kms'
import { availableAmis } from '../../aws/amis.ts'
import { isMissing } from '../../aws/errors.ts'
import { type FullParameter, fullAmong, readHeld } from '../../aws/pointers.ts'
import { at } from '../../aws/targets.ts'
import { admits } from '../../domain/allowed-amis.ts'
import { TargetUnreachable } from '../../domain/errors.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { serviceRoleName } from '../../domain/grants.ts'
import { crossAccountRoleName } from '../../domain/names.ts'
import { orderRing, type RingOrder } from '../../domain/planning/ring-order.ts'
import type { TargetClients } from './target-clients.ts'

export type TargetsIn = () => TargetClients

export interface TargetReport {
  account: string
  /** Why the role that publishes lets nobody in: nothing else is known then. */
  refused?: string
  /** Whether the role is there that Image Builder copies through; undefined where no ring copies to it, or nobody may look. */
  copyRole?: boolean
  /** Whether Auto Scaling has a role in the account: it comes with the first group. */
  scales: boolean
  /** Of each region of its rings, what EC2 says of the account's opting in. */
  regions: Record<string, string>
  /** Parameters that hold an AMI which is not there. */
  dangling: { region: string; parameter: string; ami: string }[]
  /** Parameters that a label keeps from taking another version, now or soon; left out by earlier versions. */
  full?: (FullParameter & { region: string })[]
  /** How many parameters hold an AMI. */
  pointers: number
  /** Launch templates that a ring moves, and that are not there. */
  templates: { region: string; name: string }[]
  /** Keys of the account that encrypt its copies, and are not usable: what they are instead. */
  keys: { arn: string; state: string }[]
  /** Regions whose Allowed AMIs do not admit what is shared with the account; left out by earlier versions. */
  hidden?: { region: string; state: 'enabled' | 'audit-mode' }[]
  /** What the role may not look at, in AWS's words. */
  denied: string[]
}

/** Looks at one target account as a campaign would, by the role that publishes there. */
export async function examineTarget(
  fleet: Fleet,
  clients: TargetClients,
  { account, rings }: { account: string; rings: string[] },
): Promise<TargetReport> {
  const report: TargetReport = {
    account,
    scales: false,
    regions: {},
    dangling: [],
    pointers: 0,
    templates: [],
    keys: [],
    denied: [],
  }
  const orders = ordersOf(fleet, rings)
  const build = { account, region: fleet.build.region }
  try {
    await clients.enter(build)
  } catch (error) {
    if (error instanceof TargetUnreachable) return { ...report, refused: error.message }
    throw error
  }
  const look = async (region: string, work: () => Promise<void>) => {
    try {
      await at({ account, region }, work())
    } catch (error) {
      if (!(error instanceof TargetUnreachable)) throw error
      report.denied.push(error.message)
    }
  }
  if (orders.some(({ mode }) => mode === 'copy'))
    await look(build.region, async () => {
      report.copyRole = await isRoleThere(clients, build, crossAccountRoleName)
    })
  await look(build.region, async () => {
    report.scales = await isRoleThere(clients, build, serviceRoleName)
  })
  await look(build.region, async () => {
    report.regions = await optInOf(clients, build, [...new Set(orders.flatMap(({ regions }) => regions))])
  })
  const open = (region: string) => !isClosed(report.regions[region])
  for (const region of Object.keys(report.regions).filter(open)) {
    const here = orders.filter(({ regions }) => regions.includes(region))
    await look(region, () => readParameters(clients, { account, region }, here, report))
    await look(region, () => readTemplates(clients, { account, region }, here, report))
    if (here.some(({ mode }) => mode === 'share'))
      await look(region, () => readAllowed(clients, { account, region }, fleet.build.account, report))
    await look(region, () => readKeys(clients, { account, region }, here, report))
  }
  return report
}

export const isClosed = (status: string | undefined) => status === 'not-opted-in' || status === 'unknown'

const ordersOf = (fleet: Fleet, rings: string[]): RingOrder[] =>
  Object.entries(fleet.images).flatMap(([name, image]) =>
    image.rings.filter((ring) => rings.includes(ring)).map((ring) => orderRing(fleet, name, ring)),
  )

type Place = { account: string; region: string }

async function isRoleThere(clients: TargetClients, place: Place, RoleName: string): Promise<boolean> {
  const iam = await clients.iam(place)
  try {
    await iam.send(new GetRoleCommand({ RoleName }))
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html */
async function optInOf(clients: TargetClients, place: Place, wanted: string[]) {
  const ec2 = await clients.ec2(place)
  const { Regions = [] } = await ec2.send(new DescribeRegionsCommand({ AllRegions: true }))
  const known = new Map(Regions.map(({ RegionName, OptInStatus }) => [RegionName, OptInStatus]))
  return Object.fromEntries(wanted.map((region) => [region, known.get(region) ?? 'unknown']))
}

async function readParameters(clients: TargetClients, place: Place, orders: RingOrder[], report: TargetReport) {
  const names = [...new Set(orders.map(({ parameter }) => parameter))]
  const ssm = await clients.ssm(place)
  const held = await readHeld(ssm, names)
  report.pointers += held.size
  const amis = [...held.values()].map(({ value }) => value)
  const there = await availableAmis(await clients.ec2(place), amis)
  for (const [parameter, { value: ami }] of held)
    if (!there.has(ami)) report.dangling.push({ region: place.region, parameter, ami })
  const { region } = place
  for (const each of await fullAmong(ssm, held)) report.full = [...(report.full ?? []), { ...each, region }]
}

async function readTemplates(clients: TargetClients, place: Place, orders: RingOrder[], report: TargetReport) {
  const names = new Set(orders.flatMap(({ launchTemplates }) => launchTemplates.map(({ name }) => name)))
  const ec2 = await clients.ec2(place)
  for (const name of names)
    try {
      const newest = { LaunchTemplateName: name, Versions: ['$Latest'] }
      await ec2.send(new DescribeLaunchTemplateVersionsCommand(newest))
    } catch (error) {
      if (!isMissing(error)) throw error
      report.templates.push({ region: place.region, name })
    }
}

async function readAllowed(clients: TargetClients, place: Place, owner: string, report: TargetReport) {
  const ec2 = await clients.ec2(place)
  const { State: state, ImageCriteria = [] } = await ec2.send(new GetAllowedImagesSettingsCommand({}))
  if (state !== 'enabled' && state !== 'audit-mode') return
  if (!admits(ImageCriteria, { owner, name: '' }))
    report.hidden = [...(report.hidden ?? []), { region: place.region, state }]
}

async function readKeys(clients: TargetClients, place: Place, orders: RingOrder[], report: TargetReport) {
  const arns = orders.flatMap(({ mode, kmsKeys }) => (mode === 'copy' ? (kmsKeys[place.region] ?? []) : []))
  const own = arns.filter((arn) => arn.split(':')[4] === '{account}')
  for (const arn of new Set(own.map((each) => each.replace('{account}', place.account)))) {
    const kms = await clients.kms(place)
    try {
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: arn }))
      if (KeyMetadata?.KeyState !== 'Enabled') report.keys.push({ arn, state: KeyMetadata?.KeyState ?? 'unknown' })
    } catch (error) {
      if (!isMissing(error)) throw error
      report.keys.push({ arn, state: 'not there' })
    }
  }
}
