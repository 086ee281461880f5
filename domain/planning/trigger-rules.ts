import { addDays } from '../calendar/local-time.ts'
import { upstreamOf } from '../fleet/graph.ts'
import type { Fleet } from '../fleet/model.ts'
import { selectedBy } from '../fleet/selection.ts'
import type { TriggerKind, TriggerOf } from '../trigger-kinds.ts'
import { type FleetState, parentAmiOf } from './fleet-state.ts'

/** What a trigger says of one image: bake it, from this AMI where that is known, or why it does not ask. */
export type RequestedImage = { because: string; parentAmi?: string | undefined } | { not: string }

type RequestOf = (image: string) => RequestedImage

/** When a campaign is for, where its trigger came for a later time, and by which clock. */
interface Begins {
  at: Date
  timezone: string
}

interface Rules<K extends TriggerKind> {
  /** Which images the trigger itself asks for. What descends from them is the plan's. */
  requested(trigger: TriggerOf<K>, fleet: Fleet, known: FleetState): RequestOf
  /** Undefined for one that is for its own time. */
  begins?(trigger: TriggerOf<K>, fleet: Fleet): Begins | undefined
  /** What it is superseded by where it had to wait, in words. */
  overtakenBy?(trigger: TriggerOf<K>, known: FleetState, campaign: string): string | undefined
  /** Whether an image is left that was baked already from the same parent, by the same definition. */
  skipsIfUnchanged(trigger: TriggerOf<K>, fleet: Fleet): boolean
  /** Whether an image is left that another campaign is about to bake: the same, or whatever it is. */
  skipsIfComing: { same: boolean; any: boolean }
  /** Whether an image is left whose bake began after the trigger's time. */
  skipsIfFresh: boolean
}

const never = () => false
const always = () => true

const asked = (fleet: Fleet, known: FleetState, because: string) => (image: string) => ({
  because,
  parentAmi: parentAmiOf(fleet, known, image),
})

const fromUpstream =
  (fleet: Fleet, known: FleetState, of: { upstream: string; ami?: string | undefined; reason: string }): RequestOf =>
  (image) => {
    const { upstream, ami, reason } = of
    const root = upstreamOf(fleet, image)
    if (root !== upstream) return { not: `from ${root}, not from ${upstream}` }
    const { parent = '' } = fleet.images[image] ?? {}
    if (parent !== upstream) return { not: `its parent ${parent} is left as it is` }
    return ami === undefined ? asked(fleet, known, reason)(image) : { because: reason, parentAmi: ami }
  }

const among =
  (fleet: Fleet, known: FleetState, of: { images: readonly string[]; reason: string; not: string }): RequestOf =>
  (image) =>
    of.images.includes(image) ? asked(fleet, known, of.reason)(image) : { not: of.not }

const rules: { [K in TriggerKind]: Rules<K> } = {
  // A release has its effect once.
  release: {
    requested: (trigger, fleet, known) => fromUpstream(fleet, known, trigger),
    overtakenBy: ({ upstream, ami }, known, campaign) => {
      const now = known.upstreams[upstream]
      if (!now || now.ami === ami) return undefined
      // Its own campaign where a person went back from it.
      const by = now.campaign && now.campaign !== campaign ? `campaign ${now.campaign}` : now.ami
      return `superseded by ${by}: ${upstream} is ${now.ami} now`
    },
    skipsIfUnchanged: always,
    skipsIfComing: { same: true, any: false },
    skipsIfFresh: false,
  },

  // What is asked for because packages move is there when a bake began after it was asked for.
  cycle: {
    requested: (trigger, fleet, known) => {
      const cycle = fleet.patchCycles[trigger.cycle]
      if (!cycle) return () => ({ not: `the fleet has no patch cycle ${trigger.cycle} any more` })
      const not = `not of the patch cycle ${trigger.cycle}`
      return among(fleet, known, { images: selectedBy(fleet, cycle), reason: trigger.reason, not })
    },
    begins: (trigger, fleet) => {
      const cycle = fleet.patchCycles[trigger.cycle]
      if (!cycle) return undefined
      const { offset = '0', timezone } = cycle
      return { at: addDays(new Date(trigger.time), Number.parseInt(offset, 10), timezone), timezone }
    },
    skipsIfUnchanged: ({ cycle }, fleet) => fleet.patchCycles[cycle]?.onlyIfChanged ?? false,
    skipsIfComing: { same: false, any: true },
    skipsIfFresh: true,
  },

  // People are not argued with.
  manual: {
    requested: (trigger, fleet, known) => {
      const { upstream, images = [], ami, reason } = trigger
      return upstream === undefined
        ? among(fleet, known, { images, reason, not: 'nobody asked for it' })
        : fromUpstream(fleet, known, { upstream, ami, reason })
    },
    skipsIfUnchanged: never,
    skipsIfComing: { same: false, any: false },
    skipsIfFresh: false,
  },

  cve: {
    requested: ({ image, reason }, fleet, known) =>
      among(fleet, known, { images: [image], reason, not: `the scan was of ${image}` }),
    skipsIfUnchanged: never,
    skipsIfComing: { same: false, any: true },
    skipsIfFresh: true,
  },

  drift: {
    requested:
      ({ images }, fleet, known) =>
      (image) => {
        const drifted = images.find((each) => each.image === image)
        return drifted ? asked(fleet, known, drifted.reason)(image) : { not: 'it is as the fleet says' }
      },
    skipsIfUnchanged: always,
    skipsIfComing: { same: true, any: true },
    skipsIfFresh: false,
  },

  // Nothing is baked, so nothing is skipped: reasonNotToPromote says why it may not be.
  promote: {
    requested: ({ image, reason }, fleet, known) =>
      among(fleet, known, { images: [image], reason, not: `only ${image} is rolled out` }),
    skipsIfUnchanged: never,
    skipsIfComing: { same: false, any: false },
    skipsIfFresh: false,
  },
}

/** Which images a trigger itself asks for. What descends from them is the plan's. */
export const requestedImages = <K extends TriggerKind>(
  fleet: Fleet,
  trigger: TriggerOf<K>,
  known: FleetState,
): RequestOf => rules[trigger.kind].requested(trigger, fleet, known)

/** When a campaign is for, where its trigger came for a later time; undefined for any other. */
export const beginsOf = <K extends TriggerKind>(fleet: Fleet, trigger: TriggerOf<K>): Begins | undefined =>
  rules[trigger.kind].begins?.(trigger, fleet)

/** What a trigger that had to wait is superseded by, in words. */
export const overtakenBy = <K extends TriggerKind>(
  trigger: TriggerOf<K>,
  known: FleetState,
  campaign: string,
): string | undefined => rules[trigger.kind].overtakenBy?.(trigger, known, campaign)

/** What makes a bake needless that a trigger asks for. */
export function skippingOf<K extends TriggerKind>(fleet: Fleet, trigger: TriggerOf<K>) {
  const { skipsIfUnchanged, skipsIfComing, skipsIfFresh } = rules[trigger.kind]
  return { ifUnchanged: skipsIfUnchanged(trigger, fleet), ifComing: skipsIfComing, ifFresh: skipsIfFresh }
}
