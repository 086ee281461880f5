import { architectureOf as architectureOfUpstream, type Upstream } from './upstreams.ts'

/** Defaults that depend on another part of the fleet. Total: also for a fleet whose names lead nowhere. */

interface FleetParts {
  freshness?: number
  upstreams: Record<string, Upstream>
  rings: Record<string, unknown>
  images: Record<
    string,
    {
      parent: string
      freshness?: number
      rings?: string[]
      checks: { ami: { architecture?: 'x86_64' | 'arm64' } }
    }
  >
}

type Completed<F extends FleetParts> = Omit<F, 'images'> & {
  images: Record<
    string,
    Omit<F['images'][string], 'rings' | 'checks'> & {
      rings: string[]
      checks: Omit<F['images'][string]['checks'], 'ami'> & {
        ami: F['images'][string]['checks']['ami'] & { architecture: 'x86_64' | 'arm64' }
      }
    }
  >
}

/** Fills in an image's promise, its rings (all, and always in the fleet's order) and the architecture that it must have. */
export const complete = <F extends FleetParts>(fleet: F): Completed<F> => {
  const order = Object.keys(fleet.rings)
  const images = Object.entries(fleet.images).map(([key, image]) => [
    key,
    {
      ...image,
      ...((image.freshness ?? fleet.freshness) && { freshness: image.freshness ?? fleet.freshness }),
      rings: image.rings ? image.rings.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)) : [...order],
      checks: {
        ...image.checks,
        ami: {
          ...image.checks.ami,
          architecture: image.checks.ami.architecture ?? architectureOf(fleet, key) ?? 'x86_64',
        },
      },
    },
  ])
  return { ...fleet, images: Object.fromEntries(images) }
}

const architectureOf = (fleet: FleetParts, image: string) => {
  const seen = new Set<string>()
  let parent = image
  while (Object.hasOwn(fleet.images, parent) && !seen.has(parent)) {
    seen.add(parent)
    parent = fleet.images[parent]?.parent ?? ''
  }
  const upstream = Object.hasOwn(fleet.upstreams, parent) ? fleet.upstreams[parent] : undefined
  return upstream && architectureOfUpstream(upstream)
}
