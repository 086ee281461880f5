import type { AmiFacts, EstateFacts, PipelineFacts, RecipeFacts } from './facts.ts'
import { publicParameterOf } from './public-parameters.ts'

/** A fleet that adopts what an account has, as far as that can be known. A person reads it before it is used. */
export interface Proposal {
  name: string
  /** The id of the one whose accounts its rings have; undefined where they list all. */
  organization?: string | undefined
  upstreams: ProposedUpstream[]
  /** Parents before children. */
  images: ProposedImage[]
  rings: ProposedRing[]
  leftOut: { pipeline: string; why: string }[]
}

export interface ProposedUpstream {
  name: string
  platform: 'Linux' | 'Windows'
  /** The key of its kind, with what the fleet file says there. */
  source: Partial<Record<'ami' | 'parameter' | 'image', Record<string, string>>>
  from: string
  todo?: string | undefined
}

export interface ProposedImage {
  name: string
  pipeline: PipelineFacts
  parent: string
  from: string
  /** How long a build took up to its AMI: the middle one of so many. Below three builds nobody knows. */
  estimate?: { minutes: number; builds: number } | undefined
  /** Where the pipelines of the account distribute in several ways. */
  rings?: string[] | undefined
  todo?: string | undefined
}

export interface ProposedRing {
  name: string
  accounts: string[]
  organizationalUnits: string[]
  /** All accounts of the fleet's organization, without those of other rings. */
  organization: boolean
  except: string[]
  regions: string[]
  mode: 'copy' | 'share'
  todo: string
}

interface Named {
  name: string
  pipeline: PipelineFacts
}

/** What a recipe takes its parent from: an image of the fleet, or an upstream, one for each key. */
type Parent = { from: string; todo?: string } & (
  | { image: string }
  | { key: string; upstream: Omit<ProposedUpstream, 'from'> }
)

/**
 * The fleet for the pipelines of an account. All names are legal, and none is there twice.
 *
 * @param options the fleet's name, and the names of pipelines to leave out
 */
export function propose(
  facts: EstateFacts,
  options: { fleet?: string | undefined; without?: readonly string[] } = {},
): Proposal {
  const { fleet = 'golden', without = [] } = options
  const judged = facts.pipelines.map((pipeline) => ({ pipeline, why: whyLeftOut(pipeline, without) }))
  const taken = new Set<string>()
  const named = judged.flatMap(({ pipeline, why }) =>
    why === undefined ? [{ name: unusedName(pipeline.name, taken), pipeline }] : [],
  )
  const upstreams = new Map<string, ProposedUpstream>()
  const rings = ringsOf(named, facts)
  // An image that goes nowhere by itself is for a person to place: all rings, unless the file says otherwise.
  const ringsFor = (name: string) => {
    const its = rings.filter(({ images }) => images.includes(name)).map(({ ring }) => ring.name)
    return its.length > 0 ? its : undefined
  }
  const images = named.map((each): ProposedImage => {
    const parent = parentOf(each, named, facts)
    if ('upstream' in parent && !upstreams.has(parent.key)) {
      const { upstream, key, from } = parent
      upstreams.set(key, { ...upstream, from, name: unusedName(upstream.name, taken) })
    }
    return {
      ...each,
      parent: 'upstream' in parent ? (upstreams.get(parent.key)?.name ?? '') : parent.image,
      from: parent.from,
      todo: parent.todo,
      estimate: estimateOf(each.pipeline),
      rings: rings.length > 1 ? ringsFor(each.name) : undefined,
    }
  })
  return {
    name: fleet,
    organization: organizationOf(named),
    upstreams: [...upstreams.values()],
    images: parentsFirst(images),
    rings: rings.map(({ ring }) => ring),
    leftOut: judged.flatMap(({ pipeline, why }) => (why === undefined ? [] : [{ pipeline: pipeline.name, why }])),
  }
}

function whyLeftOut({ name, builds, recipe }: PipelineFacts, without: readonly string[]): string | undefined {
  if (without.includes(name)) return 'as --without says'
  if (builds === 'containers') return 'it builds containers, and Rebake bakes AMIs'
  if (recipe?.fleet) return `Rebake made it, for the fleet ${recipe.fleet}`
  return undefined
}

/** Names that a fleet file may not have: JavaScript has other plans with them. */
const reserved = ['constructor', 'prototype']

/** The limits of names in a fleet file: lower-case letters, digits and single hyphens, 2 to 40 characters. */
function unusedName(wanted: string, taken: Set<string>): string {
  const legal = wanted
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
  const base = (legal.length < 2 || reserved.includes(legal) ? `image-${legal}` : legal).slice(0, 36).replace(/-+$/, '')
  const free = (n: number): string => {
    const name = n === 1 ? base : `${base}-${n}`
    return taken.has(name) ? free(n + 1) : name
  }
  const name = free(1)
  taken.add(name)
  return name
}

function parentOf({ pipeline }: Named, all: readonly Named[], facts: EstateFacts): Parent {
  const { recipe } = pipeline
  if (!recipe) return unknownParent(pipeline, facts, 'its recipe could not be read')
  const { parent } = recipe
  if (parent.startsWith('ssm:')) return parentOfParameter(parent.slice('ssm:'.length), { pipeline, recipe, all, facts })
  if (parent.startsWith('arn:')) return parentOfImage(parent, { pipeline, recipe, all, facts })
  return parentOfAmi(parent, { pipeline, recipe, all, facts })
}

interface Reading {
  pipeline: PipelineFacts
  recipe: RecipeFacts
  all: readonly Named[]
  facts: EstateFacts
}

const makerOf = (ami: string, { all, facts }: Reading): Named | undefined =>
  all.find(({ pipeline }) => pipeline.made.some((build) => build.ami === ami)) ??
  all.find(({ pipeline }) => pipeline.recipe !== undefined && pipeline.recipe.name === facts.amis[ami]?.madeBy)

function parentOfAmi(ami: string, reading: Reading): Parent {
  const { pipeline, recipe, facts } = reading
  const maker = makerOf(ami, reading)
  if (maker) return { image: maker.name, from: `${ami}, which its pipeline built` }
  const found = facts.amis[ami]
  if (!found) return unknownParent(pipeline, facts, `its parent ${ami} is gone, or not shared with this account`)
  return upstreamOfAmi(found, recipe)
}

function upstreamOfAmi({ id, owner, name, architecture }: AmiFacts, { platform }: RecipeFacts): Parent {
  const stem = stemOf(name)
  return {
    key: ['ami', owner, architecture, platform, stem].join('/'),
    upstream: {
      name: stem,
      platform,
      source: { ami: { owner, name: `${stem}*`, ...ofArchitecture(architecture) } },
      todo: 'is the pattern that of all its AMIs, and of no others?',
    },
    from: `${id}, ${name} of ${owner}`,
  }
}

/** The name of an AMI without what changes from one to the next: a date, a version, a number of a build. */
const stemOf = (name: string): string => {
  const stem = name.replace(/(?<=[-_. /])v?\d[\w.:-]*$/i, '')
  return stem.length < 3 ? name : stem
}

/** x86_64 is what the fleet file takes for granted. */
const ofArchitecture = (architecture: string) => (architecture === 'x86_64' ? {} : { architecture })

function parentOfParameter(name: string, reading: Reading): Parent {
  const { pipeline, recipe, facts } = reading
  const ami = facts.parameters[name]
  if (ami === undefined) return unknownParent(pipeline, facts, `its parameter ${name} could not be read`)
  const maker = makerOf(ami, reading)
  if (maker) return { image: maker.name, from: `${ami}, which the parameter ${name} names and its pipeline built` }
  const found = facts.amis[ami]
  const { platform } = recipe
  return {
    key: `parameter/${name}`,
    upstream: {
      name: found ? stemOf(found.name) : name,
      platform,
      source: {
        parameter: {
          name,
          ...(found ? { owner: found.owner, ...ofArchitecture(found.architecture) } : { owner: facts.account }),
        },
      },
      todo: found ? undefined : `who owns the AMIs that ${name} names? ${ami} is gone, or not shared with this account`,
    },
    from: `the parameter ${name}, now ${ami}`,
  }
}

function parentOfImage(arn: string, { pipeline, recipe, all, facts }: Reading): Parent {
  const [, , , , owner = '', resource = ''] = arn.split(':')
  const [, image = ''] = resource.split('/')
  const maker = all.find((each) => owner === facts.account && each.pipeline.recipe?.name === image)
  if (maker) return { image: maker.name, from: `${arn}, which its pipeline builds` }
  const { platform } = recipe
  if (owner === facts.account)
    return { key: `image/${image}`, upstream: { name: image, platform, source: { image: { name: image } } }, from: arn }
  const known = owner === 'aws' ? publicParameterOf(image) : undefined
  if (!known) return unknownParent(pipeline, facts, `its parent is ${arn}, of which Rebake hears nothing`)
  const { parameter, architecture } = known
  return {
    key: `parameter/${parameter}`,
    upstream: { name: image, platform, source: { parameter: { name: parameter, ...ofArchitecture(architecture) } } },
    from: `${arn}: the public parameter names the AMI of the same system`,
  }
}

/** A pattern that no AMI has: the fleet is valid, and this image is never rebaked until a person has said of what. */
const unknownParent = ({ name, recipe }: PipelineFacts, { account }: EstateFacts, why: string): Parent => ({
  key: `unknown/${name}`,
  upstream: {
    name: `parent-of-${name}`,
    platform: recipe?.platform ?? 'Linux',
    source: { ami: { owner: account, name: `parent-of-${name}-*` } },
    todo: `say which AMIs ${name} is baked on: ${why}`,
  },
  from: why,
})

/** So many builds say how long one takes. */
const enoughBuilds = 3

function estimateOf({ made }: PipelineFacts): ProposedImage['estimate'] {
  const minutes = made.flatMap((build) => build.minutes ?? []).sort((a, b) => a - b)
  const middle = minutes[Math.floor(minutes.length / 2)]
  if (middle === undefined || minutes.length < enoughBuilds) return undefined
  return { minutes: Math.max(1, Math.round(middle)), builds: minutes.length }
}

/** `arn:aws:organizations::111122223333:organization/o-exampleorgid` and `...:ou/o-exampleorgid/ou-exam-example1` */
const organizationIn = (arn: string): string => arn.match(/\/(o-[a-z0-9]+)/)?.[1] ?? ''
const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)

/** A fleet has one: the first that a distribution names. */
const organizationOf = (named: readonly Named[]): string | undefined =>
  named
    .flatMap(({ pipeline }) => pipeline.distributions)
    .flatMap(({ organizations, organizationalUnits }) => [...organizations, ...organizationalUnits])
    .map(organizationIn)[0]

const nobody = 'no pipeline distributes to another account: which accounts and regions get these images?'
const guessed =
  'a guess from what pipelines distribute to by themselves: which accounts first, and how long before the next?'

/** Equal ways of distributing make one ring. Whether they are the fleet's, and in which order, nobody can know. */
function ringsOf(
  named: readonly Named[],
  { account, region }: EstateFacts,
): { ring: ProposedRing; images: string[] }[] {
  const own = organizationOf(named)
  const isOwn = (arn: string) => organizationIn(arn) === own
  const all = named.flatMap(({ name, pipeline }) => pipeline.distributions.map((way) => ({ name, ...way })))
  const foreign = all.flatMap((way) => [...way.organizations, ...way.organizationalUnits].filter((arn) => !isOwn(arn)))
  const ways = all
    .map((way) => ({
      ...way,
      organizations: way.organizations.filter(isOwn),
      organizationalUnits: way.organizationalUnits.filter(isOwn),
    }))
    .filter((way) => way.accounts.length + way.organizations.length + way.organizationalUnits.length > 0)
  const groups = Map.groupBy(ways, ({ mode, accounts, organizationalUnits, organizations }) =>
    [mode, ...accounts, ...organizationalUnits, ...organizations].join(' '),
  )
  const rings = [...groups.values()].map((group, i) => {
    const { mode = 'copy', accounts = [], organizationalUnits = [], organizations = [] } = group[0] ?? {}
    const ring: ProposedRing = {
      name: `ring-${i + 1}`,
      accounts,
      organizationalUnits: organizationalUnits.map(lastPart),
      organization: organizations.length > 0,
      except: [],
      regions: [...new Set(group.map((each) => each.region))].sort(),
      mode,
      todo:
        i === 0 && foreign.length > 0
          ? `${guessed} And who has ${foreign.join(', ')}, of another organization?`
          : guessed,
    }
    return { ring, images: [...new Set(group.map((each) => each.name))] }
  })
  const listed = [...new Set(rings.flatMap(({ ring }) => ring.accounts))].sort()
  // An account is in one ring only: what reached it through the organization must be given that ring.
  for (const { ring, images } of rings.filter((each) => each.ring.organization)) {
    ring.except = listed
    const reaches = (image: string, account: string) =>
      rings.some((other) => other.images.includes(image) && other.ring.accounts.includes(account))
    const missed = listed.filter((account) => images.some((image) => !reaches(image, account)))
    if (missed.length > 0)
      ring.todo += ` And do its images go to ${missed.join(', ')} as well? Then give them the ring that has it, too.`
  }
  if (rings.length > 0) return rings
  const list = { accounts: [account], organizationalUnits: [], organization: false, except: [] }
  return [
    {
      ring: { name: 'all', ...list, regions: [region], mode: 'copy', todo: nobody },
      images: named.map(({ name }) => name),
    },
  ]
}

function parentsFirst(images: readonly ProposedImage[]): ProposedImage[] {
  const depth = ({ parent }: ProposedImage, seen: readonly string[] = []): number => {
    const above = images.find(({ name }) => name === parent)
    return above && !seen.includes(parent) ? 1 + depth(above, [...seen, parent]) : 0
  }
  return images
    .map((image) => ({ image, depth: depth(image) }))
    .sort((a, b) => a.depth - b.depth)
    .map(({ image }) => image)
}
