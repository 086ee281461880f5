import { upstreamOf } from '../fleet/graph.ts'
import type { Fleet } from '../fleet/model.ts'
import { selectedBy } from '../fleet/selection.ts'
import type { Promotion, Trigger } from '../triggers.ts'
import { type Known, parentAmiOf } from './known.ts'

/** What a trigger says of one image: bake it, from this AMI where that is known, or why it does not ask. */
type Request = { because: string; parentAmi?: string | undefined } | { not: string }

/** Which images a trigger itself asks for. What descends from them is the plan's. */
export function asksFor(fleet: Fleet, trigger: Exclude<Trigger, Promotion>, known: Known): (image: string) => Request {
  const asked = (because: string) => (image: string) => ({
    because,
    parentAmi: parentAmiOf(fleet, known, image),
  })
  const fromUpstream = (upstream: string, ami: string | undefined, because: string) => (image: string) => {
    const root = upstreamOf(fleet, image)
    if (root !== upstream) return { not: `from ${root}, not from ${upstream}` }
    const { parent = '' } = fleet.images[image] ?? {}
    if (parent !== upstream) return { not: `its parent ${parent} is left as it is` }
    return ami === undefined ? asked(because)(image) : { because, parentAmi: ami }
  }
  const among = (images: readonly string[], because: string, not: string) => (image: string) =>
    images.includes(image) ? asked(because)(image) : { not }

  switch (trigger.kind) {
    case 'release':
      return fromUpstream(trigger.upstream, trigger.ami, trigger.reason)
    case 'manual':
      return trigger.upstream === undefined
        ? among(trigger.images ?? [], trigger.reason, 'nobody asked for it')
        : fromUpstream(trigger.upstream, trigger.ami, trigger.reason)
    case 'cycle': {
      const cycle = fleet.patchCycles[trigger.cycle]
      if (!cycle) return () => ({ not: `the fleet has no patch cycle ${trigger.cycle} any more` })
      return among(selectedBy(fleet, cycle), trigger.reason, `not of the patch cycle ${trigger.cycle}`)
    }
    case 'cve':
      return among([trigger.image], trigger.reason, `the scan was of ${trigger.image}`)
    case 'drift':
      return (image) => {
        const drifted = trigger.images.find((each) => each.image === image)
        return drifted ? asked(drifted.reason)(image) : { not: 'it is as the fleet says' }
      }
  }
}
