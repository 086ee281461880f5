import { lineageOf } from './graph.ts'
import type { Fleet, Image } from './model.ts'
import { rootDeviceOf, rootDevices } from './root-device.ts'

type Volume = Image['volumes'][number]

/** A volume of a recipe. What it does not say is as the parent has it. */
export type RecipeVolume = Pick<Volume, 'device'> & Partial<Volume>

/** The images from this one up whose recipes the fleet makes: what another pipeline bakes, only that knows. */
function ownLineage(fleet: Fleet, image: string): string[] {
  const lineage = lineageOf(fleet, image).filter((name) => Object.hasOwn(fleet.images, name))
  const adopted = lineage.findIndex((name) => fleet.images[name]?.pipeline)
  return adopted < 0 ? lineage : lineage.slice(0, adopted)
}

/** Whether a volume is the root: by the root's device where that is known, otherwise by a name that only roots have. */
export const isRoot = ({ device }: { device: string }, known: string | undefined): boolean =>
  known === undefined ? (rootDevices as readonly string[]).includes(device) : device === known

/**
 * The root of an image as its recipe names it: as the image says, or the nearest image above. Where none says anything, it is encrypted
 * and otherwise as the parent has it; "you don't need to specify the snapshot ID again", and the size is the AMI's.
 * Undefined where nobody knows what its device is, and for a pipeline that was there before.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-block-device-mapping.html
 */
export function rootVolumeOf(fleet: Fleet, image: string): RecipeVolume | undefined {
  if (fleet.images[image]?.pipeline) return undefined
  const known = rootDeviceOf(fleet, image)
  for (const name of ownLineage(fleet, image)) {
    const { root, volumes = [] } = fleet.images[name] ?? {}
    const named = volumes.find((volume) => isRoot(volume, known))
    if (named) return named
    if (root && known !== undefined) return { device: known, ...root }
  }
  return known === undefined ? undefined : { device: known }
}

/**
 * The volumes of an image's recipe: its own, and the root, even where an image above names it. A root that a recipe does not
 * name may be encrypted with a key that AWS manages, and then no copy of it reaches another account.
 */
export function volumesOf(fleet: Fleet, image: string): RecipeVolume[] {
  const { volumes = [] } = fleet.images[image] ?? {}
  const root = rootVolumeOf(fleet, image)
  return root && !volumes.some(({ device }) => device === root.device) ? [root, ...volumes] : volumes
}

/** The keys that volumes have in place of the fleet's. */
export const volumeKeys = ({ images }: Fleet): string[] => [
  ...new Set(
    Object.values(images)
      .flatMap(({ root, volumes }) => [root?.kmsKey, ...volumes.map(({ kmsKey }) => kmsKey)])
      .filter((key) => key !== undefined),
  ),
]

/** Whether a ring of the image has, or may have, another account than the build account. Total, as rules look too. */
export const leavesAccount = ({ rings, build }: Fleet, image: Image): boolean =>
  image.rings.some((name) => {
    const ring = Object.hasOwn(rings, name) ? rings[name] : undefined
    if (!ring) return false
    const isOpen = ring.organization || ring.organizationalUnits.length > 0
    return isOpen || ring.accounts.some((account) => account !== build.account)
  })
