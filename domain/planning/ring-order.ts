import type { Fleet, Ring } from '../fleet/model.ts'
import { partitionOf } from '../fleet/regions.ts'
import { rootVolumeOf } from '../fleet/volumes.ts'
import { distributionName, fleetKeyAlias, fleetTag, targetParameter } from '../names.ts'

export interface Target {
  account: string
  region: string
}

export const placeOf = ({ account, region }: Target): string => `${account} ${region}`

/** One ring as one image goes through it: the fleet's, with names filled in. */
export interface RingOrder
  extends Pick<Ring, 'accounts' | 'organizationalUnits' | 'except' | 'regions' | 'mode' | 'licenses' | 'soak'> {
  ring: string
  /** The fleet's organization, where all of its accounts are targets. */
  organization?: string
  /** The distribution configuration's name; further ones, where it takes several, end in --2, --3. */
  distribution: string
  /** Tags of the copies. */
  tags: Record<string, string>
  /** SSM parameter that holds the AMI id in each target. */
  parameter: string
  launchTemplates: { name: string; default: boolean }[]
  /** The key that encrypts what goes to each region: the ARN of it or of its alias, with {account} for the target's. */
  kmsKeys: Record<string, string>
  approval?: { approvers: string[]; timeout: number }
  alarm?: string
}

export function orderRing(fleet: Fleet, image: string, name: string): RingOrder {
  const ring = fleet.rings[name]
  if (!ring) throw new Error(`image ${image} names ring ${name}, which the fleet does not have`)
  const { accounts, organizationalUnits, except, regions, mode, licenses, soak, approval, alarm } = ring
  const values = { fleet: fleet.name, image, ring: name }
  return {
    ring: name,
    accounts,
    organizationalUnits,
    except,
    regions,
    mode,
    licenses,
    soak,
    ...(ring.organization && fleet.organization && { organization: fleet.organization }),
    distribution: distributionName(fleet.name, image, name),
    tags: {
      ...fleet.images[image]?.tags,
      ...ring.tags,
      [fleetTag]: fleet.name,
      'rebake:image': image,
      'rebake:ring': name,
    },
    parameter: targetParameter(ring.parameter, values),
    launchTemplates: ring.launchTemplates
      .filter(({ images }) => images?.includes(image) ?? true)
      .map((template) => ({ name: targetParameter(template.name, values), default: template.default })),
    kmsKeys: keysOf(fleet, image, ring),
    ...(approval && { approval }),
    ...(alarm && { alarm }),
  }
}

/** Where a ring names no key, the fleet's own. What is shared where it was baked keeps the key of its bake: that of its root. */
function keysOf(fleet: Fleet, image: string, { mode, regions, kmsKeys = {} }: Ring): Record<string, string> {
  const { name, build } = fleet
  const { kmsKey } = rootVolumeOf(fleet, image) ?? {}
  return Object.fromEntries(
    regions.map((region) => {
      const own = `arn:${partitionOf(region) ?? 'aws'}:kms:${region}:${build.account}:${fleetKeyAlias(name)}`
      return [region, mode === 'share' && region === build.region ? (kmsKey ?? own) : (kmsKeys[region] ?? own)]
    }),
  )
}
