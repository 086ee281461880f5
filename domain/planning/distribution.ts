import type { RingOrder, Target } from './ring-order.ts'

/** What goes to one region: a distribution of Image Builder's, with these members only. */
interface RegionSettings {
  region: string
  amiDistributionConfiguration: {
    name: string
    description: string
    amiTags: Record<string, string>
    targetAccountIds?: string[]
    kmsKeyId?: string
    launchPermission?: { userIds: string[] }
  }
  licenseConfigurationArns?: string[]
}

/** One distribution configuration of a ring. */
export interface Part {
  /** No other image and ring comes to it: names of a fleet have no two hyphens in a row. */
  name: string
  accounts: string[]
  distributions: RegionSettings[]
}

/** "Target accounts per distribution configuration". https://docs.aws.amazon.com/general/latest/gr/imagebuilder.html */
export const mostCopied = 50
/** `userIds` of one configuration; over all, an AMI is shared with fewer (domain/limits.ts). https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_LaunchPermissionConfiguration.html */
export const mostShared = 1536

/** The build account and region, where the AMI is. */
interface From extends Target {
  /** What the AMI is of: the names of its copies begin so. */
  name: string
  /** Of its copies: they "don't receive a default description" (API, AmiDistributionConfiguration). */
  description: string
}

/**
 * The distribution configurations that take an AMI to accounts of a ring: as few as Image Builder's quotas allow, and
 * one for each account where each has a key of its own, as a configuration has one key for a region.
 */
export function planDistribution(ring: RingOrder, accounts: string[], from: From): Part[] {
  const ownKeys = Object.values(ring.kmsKeys).some((key) => key.includes('{account}'))
  const most = ring.mode === 'share' ? mostShared : ownKeys ? 1 : mostCopied
  return chunks(accounts, most).map((some, i) => ({
    name: configurationName(ring, i),
    accounts: some,
    distributions: regionsOf(ring, from).map((region) => settingsFor(ring, region, some, from)),
  }))
}

/** The name of the distribution configuration of a ring's part. */
export const configurationName = ({ distribution }: RingOrder, part: number): string =>
  part === 0 ? distribution : `${distribution}--${part + 1}`

/** Seconds. A minute more than a ring took the last time: late enough that its event comes first, where there is one. */
const margin = 60
const shortestLook = 120
/** Where nobody knows how long a ring takes. Copies take minutes: a look before their event costs, and shows nothing. */
const unknownLook = 300
const longestLook = 7_200

/**
 * Seconds from its start until a ring is asked about, where no event says that it has ended. Each further wait is twice as long, up to
 * five minutes (Verify Distribution).
 */
export const firstLook = (took?: number): number =>
  took === undefined ? unknownLook : Math.min(longestLook, Math.max(shortestLook, Math.ceil(took) + margin))

/**
 * Image Builder wants settings for the source region, also where a ring has no target in it, and takes the first region for
 * the source.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/cross-account-dist.html
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/cr-upd-ami-distribution-settings.html
 */
const regionsOf = ({ regions }: RingOrder, { region: source }: From) => [
  source,
  ...regions.filter((region) => region !== source),
]

function settingsFor(ring: RingOrder, region: string, accounts: string[], from: From): RegionSettings {
  const { mode, regions, tags, licenses } = ring
  const here = licenses.filter((arn) => arn.split(':')[3] === region)
  const isTarget = regions.includes(region)
  const key = keyFor(ring, { account: accounts[0] ?? '', region }, from)
  return {
    region,
    amiDistributionConfiguration: {
      name: `${from.name} {{ imagebuilder:buildDate }}`,
      description: from.description,
      amiTags: tags,
      ...(isTarget && (mode === 'copy' ? { targetAccountIds: accounts } : sharedWith(accounts))),
      ...(key && { kmsKeyId: key }),
    },
    ...(here.length > 0 && { licenseConfigurationArns: here }),
  }
}

/** Account by account, also for organizational units: so `except` holds, and who may launch it is known. */
const sharedWith = (accounts: string[]) => ({ launchPermission: { userIds: accounts } })

/** Who owns the AMI that a target uses. */
export const ownerOf = ({ mode }: RingOrder, target: Target, build: Target): string =>
  mode === 'share' ? build.account : target.account

/**
 * The ARN of the key, or of its alias, that a target's AMI is encrypted with; undefined for the AMI as it was built, which
 * keeps the key of its recipe.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/cr-upd-ami-distribution-settings.html
 */
export function keyFor(ring: RingOrder, target: Target, build: Target): string | undefined {
  const isBuilt = target.region === build.region && ownerOf(ring, target, build) === build.account
  return isBuilt ? undefined : ring.kmsKeys[target.region]?.replaceAll('{account}', target.account)
}

const chunks = <T>(all: T[], most: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / most) }, (_, i) => all.slice(i * most, (i + 1) * most))
