import type { FleetState } from '../../domain/planning/fleet-state.ts'
import { channelsOf } from '../../domain/releases/channels.ts'
import type { ImageRelease } from '../../domain/releases/image-release.ts'
import { ancestorsOf, descendantsOf, findRelease, placesOf } from '../../domain/releases/lineage.ts'
import { baseOf } from '../../domain/trigger-kinds.ts'
import { everyImage } from '../../ledger/releases.ts'
import { type Deployment, deploymentOf } from '../deployment/deployment.ts'
import { enter } from '../deployment/enter.ts'
import { type Releases, releasesIn } from '../deployment/releases.ts'
import { loadFleet } from '../fleet.ts'
import { checkName } from '../options/names.ts'
import { BadInput, Failed } from '../problems.ts'
import { print, printed, printJson } from '../terminal/output.ts'
import { inProse } from '../typed.ts'
import type { LineageOptions } from './command.ts'
import { type Lineage, lineageLines } from './render.ts'

const openReleases = async (deployment: Deployment): Promise<Releases> => {
  await enter(deployment, 'reads')
  return releasesIn(deployment)
}

/** Tells where an image or an AMI comes from, and what was baked from it. */
export async function lineage(options: LineageOptions, open = openReleases): Promise<void> {
  const fleet = loadFleet(options.fleet)
  const releases = await open(deploymentOf(fleet, options.endpointUrl))
  const known = await releases.known()
  if (!options.of.startsWith('ami-')) checkName('lineage', 'image', options.of, everyImage(fleet, known))
  const catalog = await releases.catalog(known)
  const found = find(catalog, known, options)
  const { ami: _, ...up } = found
  const made: Lineage = {
    upstream: await describe(releases, known, found),
    ...up,
    ...down(catalog, known, found, options),
  }
  if (options.json) printJson(made)
  else print(lineageLines(made, printed()))
}

interface Found extends Pick<Lineage, 'release' | 'place' | 'ancestors'> {
  /** The upstream's. */
  ami: string
}

/** @throws BadInput for a name or an AMI that Rebake does not know; Failed for an image without a release */
function find(catalog: readonly ImageRelease[], known: FleetState, { of, version }: LineageOptions): Found {
  const { released, last } = known.images[of] ?? {}
  // What targets have now may be older than the newest: somebody went back.
  const release = findRelease(catalog, of, version ?? (released ?? last)?.version)
  if (release) {
    const ancestors = ancestorsOf(catalog, release)
    const place = placesOf(release).find(({ ami }) => ami === of && ami !== release.ami)
    const { parentAmi: ami } = ancestors.at(-1) ?? release
    return { ami, release, ancestors, ...(place && { place }) }
  }
  const isUpstreams =
    catalog.some(({ parentAmi }) => parentAmi === of) ||
    Object.values(known.upstreams).some(({ ami, newest }) => ami === of || newest.ami === of)
  if (isUpstreams) return { ami: of, ancestors: [] }
  if (of.startsWith('ami-'))
    throw new BadInput(`${of} is no release of this fleet, no copy of one, and nothing was baked from it.`)
  if (version === undefined) throw new Failed(`${of} has no release yet.`)
  throw new BadInput(`${of} has no release ${version}. ${inProse('history', of)} lists those that it has.`)
}

/** The name of an upstream's AMI, by what is known of it now, or by the campaign of its release. */
async function describe(
  releases: Releases,
  { upstreams }: FleetState,
  { ami, release, ancestors }: Found,
): Promise<Lineage['upstream']> {
  const [upstream, now] = Object.entries(upstreams).find(([, each]) => each.ami === ami) ?? []
  if (upstream && now) return { ami, upstream, amiName: now.amiName }
  const { campaign } = ancestors.at(-1) ?? release ?? {}
  const trigger = campaign === undefined ? undefined : await releases.triggerOf(campaign)
  const base = trigger && baseOf(trigger)
  return base?.upstream !== undefined && base.amiName !== undefined && base.ami === ami
    ? { ami, upstream: base.upstream, amiName: base.amiName }
    : { ami }
}

function down(
  catalog: readonly ImageRelease[],
  known: FleetState,
  { ami, release, ancestors }: Found,
  { all }: LineageOptions,
): Pick<Lineage, 'descendants' | 'older' | 'channels'> {
  const below = descendantsOf(catalog, release ?? { ami })
  const byImage = Map.groupBy(catalog, ({ image }) => image)
  const related = new Set([...ancestors, ...(release ? [release] : []), ...below].map(({ image }) => image))
  const channels = new Map(
    [...related].flatMap((image) => [...channelsOf(known.images[image] ?? {}, byImage.get(image) ?? [])]),
  )
  const isCurrent = (each: ImageRelease) => channels.get(each.ami)?.some((channel) => channel !== 'previous') ?? false
  // What lies between is shown as well: it is how they come from it.
  const between = new Set(below.filter(isCurrent).flatMap((each) => ancestorsOf(catalog, each)))
  const descendants = all ? below : below.filter((each) => isCurrent(each) || between.has(each))
  return { descendants, older: below.length - descendants.length, channels: Object.fromEntries(channels) }
}
