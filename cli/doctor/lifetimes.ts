import { EC2Client, type Image, paginateDescribeImages } from '@aws-sdk/client-ec2'
import type { Fleet } from '../../domain/fleet/model.ts'
import { fleetTag } from '../../domain/names.ts'
import type { FleetState } from '../../domain/planning/fleet-state.ts'
import type { Bake } from '../../domain/releases/bake.ts'
import type { ImageRelease } from '../../domain/releases/image-release.ts'
import { placesOf } from '../../domain/releases/lineage.ts'
import { planBakes, planRetirement, usesKey } from '../../domain/releases/retirement.ts'
import { everyImage } from '../../ledger/releases.ts'
import { ledgerOf } from '../deployment/ledger.ts'
import { count } from '../render/text.ts'
import { inProse } from '../typed.ts'
import { type Check, type DoctorResult, info, warning } from './check.ts'

/** Runs come once a week, unless the fleet says otherwise: what two of them have not removed, something keeps. */
const patience = 14 * 86_400_000

const most = 5
const few = (names: string[]) =>
  `${names.slice(0, most).join(', ')}${names.length > most ? ` and ${names.length - most} more` : ''}`

export interface Kept {
  fleet: Pick<Fleet, 'retirement'>
  known: FleetState
  catalog: ImageRelease[]
  bakes: Bake[]
  /** AMIs of the build account that have the fleet's tag. */
  amis: Pick<Image, 'ImageId' | 'Tags'>[]
  /** ISO 8601. */
  now: string
}

/** What there is of AMIs, what is there for too long, and what nobody knows of. */
export function* examineLifetimes({ fleet, known, catalog, bakes, amis, now }: Kept): Generator<DoctorResult> {
  const failed = bakes.filter(({ ended }) => ended)
  const images = new Set([
    ...catalog.map(({ imageArn }) => imageArn),
    ...bakes.map(({ imageArn }) => imageArn),
    ...catalog.flatMap(({ distributions = {} }) => Object.values(distributions).flat()),
  ])
  const recorded = new Set([
    ...catalog.flatMap((release) => [release.ami, ...placesOf(release).map(({ ami }) => ami)]),
    ...bakes.flatMap((bake) => bake.amis ?? []),
  ])
  const unknown = amis.flatMap(({ ImageId = '', Tags = [] }) => {
    const madeBy = Tags.find(({ Key }) => Key === 'Ec2ImageBuilderArn')?.Value ?? ''
    return recorded.has(ImageId) || images.has(madeBy) ? [] : [ImageId]
  })
  if (unknown.length > 0)
    yield warning(
      `${count(unknown.length, 'AMI')} of the build account with the tag of the fleet ${unknown.length === 1 ? 'is' : 'are'} of no release and of no bake that Rebake remembers: ${few(unknown)}`,
      'They are of bakes that failed before Rebake remembered those. Find out what uses them, then: aws ec2 deregister-image --delete-associated-snapshots --image-id AMI, and aws imagebuilder delete-image.',
    )
  const { retirement: policy } = fleet
  if (!policy && failed.length > 0)
    yield warning(
      `what ${count(failed.length, 'failed bake')} left stays for ever: the fleet has no 'retirement'`,
      "Give the fleet 'retirement: { keep: 3 }', and deploy.",
    )
  if (policy) {
    const time = new Date(Date.parse(now) - patience).toISOString()
    const due = [...planRetirement({ catalog, known, policy, time }), ...planBakes({ bakes, catalog, policy, time })]
    const late = due.filter(({ action }) => action === 'remove').map(usesKey)
    if (late.length > 0)
      yield warning(
        `${count(late.length, 'version')} should be gone for two weeks: ${few(late)}`,
        `Something uses them, or retirement does not run: ${inProse('retire', '--dry-run')} names what uses them.`,
      )
  }
  const there = catalog.filter(({ retired }) => !retired?.removedAt)
  yield info(
    `${count(amis.length, 'AMI')} in the build account: ${count(there.length, 'release')}, ${count(failed.length, 'failed bake')}`,
  )
}

const lifetimes: Check = {
  name: 'what bakes have left',
  group: 'Image Builder',
  permissions: ['ec2:DescribeImages', 'dynamodb:GetItem', 'dynamodb:Query'],
  async *examine({ deployment, config, fleet }) {
    const ledger = ledgerOf(deployment)
    const known = await ledger.fleetState.read()
    const images = everyImage(fleet, known)
    const amis: Image[] = []
    const Filters = [{ Name: `tag:${fleetTag}`, Values: [fleet.name] }]
    const asked = { Owners: ['self'], IncludeDisabled: true, IncludeDeprecated: true, Filters, MaxResults: 1_000 }
    for await (const { Images = [] } of paginateDescribeImages({ client: new EC2Client(config) }, asked))
      amis.push(...Images)
    yield* examineLifetimes({
      fleet,
      known,
      amis,
      catalog: await ledger.releases.readCatalog(images),
      bakes: await ledger.releases.readBakes(images),
      now: new Date().toISOString(),
    })
  },
}

export const lifetimeChecks = [lifetimes]
