import { lineageOf } from './graph.ts'
import type { Fleet, Image } from './model.ts'

type Volume = Image['volumes'][number]

/**
 * The names that an AMI's root may have.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html
 */
export const rootDevices = ['/dev/xvda', '/dev/sda1']

export const isRoot = ({ device }: Volume): boolean => rootDevices.includes(device)

/** The images from this one up whose recipes the fleet makes: what another pipeline bakes, only that knows. */
function ownLineage(fleet: Fleet, image: string): Image[] {
  const lineage = lineageOf(fleet, image).flatMap((name) =>
    Object.hasOwn(fleet.images, name) ? (fleet.images[name] ?? []) : [],
  )
  const adopted = lineage.findIndex(({ pipeline }) => pipeline)
  return adopted < 0 ? lineage : lineage.slice(0, adopted)
}

/** The root of an image as the fleet names it: its own, or the one that it has from the nearest image above. */
export const rootVolumeOf = (fleet: Fleet, image: string): Volume | undefined =>
  ownLineage(fleet, image)
    .flatMap(({ volumes }) => volumes)
    .find(isRoot)

/**
 * The volumes of an image's recipe: its own, and the root, even where an image above names it. A root that a recipe does not
 * name may be encrypted with a key that AWS manages, and then no copy of it reaches another account.
 */
export function volumesOf(fleet: Fleet, image: string): Volume[] {
  const { volumes = [] } = fleet.images[image] ?? {}
  const root = rootVolumeOf(fleet, image)
  return root && !volumes.includes(root) ? [root, ...volumes] : volumes
}
