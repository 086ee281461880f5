import { clientToken, compactTime, shorten } from './executions.ts'
import type { Trigger } from './triggers.ts'

/**
 * The kinds of triggers: what starts a campaign. This file has what everybody asks of a kind; triggers.ts has the
 * schemas, and planning/trigger-rules.ts what plans go by: a bundle that tells of a campaign needs neither. Beside them
 * a kind has a row in functions/plan-campaign/plan-campaign.ts and in cli/plan/render.ts.
 */

export type TriggerKind = Trigger['kind']

/** A trigger of any kind, or of one. */
export type TriggerOf<K extends TriggerKind = TriggerKind> = {
  [P in K]: Extract<Trigger, { kind: P }> & { kind: P }
}[K]

interface Row<K extends TriggerKind> {
  /** The campaign's name: the same trigger, delivered again, starts nothing. Never to be changed. */
  name(trigger: TriggerOf<K>): string
  /** What the name begins with. */
  namedAfter: 'upstream' | 'cycle' | 'kind'
  /** What a list shows of it: `al2023-soe ami-0a1b`, `patch cycle monthly`. */
  title(trigger: TriggerOf<K>): string
  /** The upstream that it is about, and the AMI that it names, as far as it has them. */
  base(trigger: TriggerOf<K>): Base
  /** The release that it rolls out as it is; undefined for one that bakes. */
  rollsOut(trigger: TriggerOf<K>): RolledOut | undefined
  /** Whether a campaign of the same comes again by itself where this one has not begun: it is not as the fleet says. */
  returns: boolean
  /** What a message says beside its reason, line by line. */
  details?(trigger: TriggerOf<K>): string[]
}

interface Base {
  upstream?: string | undefined
  ami?: string | undefined
  /** Of an AMI that is known to be the upstream's. */
  amiName?: string | undefined
}

interface RolledOut {
  image: string
  /** `1.0.3/1` */
  version: string
}

const noBase = (): Base => ({})
const bakes = () => undefined

export const triggerKinds: { [K in TriggerKind]: Row<K> } = {
  release: {
    name: ({ upstream, ami }) => shorten(`${upstream}-${ami}`),
    namedAfter: 'upstream',
    title: ({ upstream, ami }) => `${upstream} ${ami}`,
    base: ({ upstream, ami, amiName }) => ({ upstream, ami, amiName }),
    rollsOut: bakes,
    returns: true,
  },

  cycle: {
    name: ({ cycle, time }) => shorten(`${cycle}-${compactTime(time)}`),
    namedAfter: 'cycle',
    title: ({ cycle }) => `patch cycle ${cycle}`,
    base: noBase,
    rollsOut: bakes,
    returns: false,
  },

  manual: {
    // What a person asked for: no name of a fleet has an underscore.
    name: ({ time, images, upstream, ami }) =>
      shorten(['manual', compactTime(time), images?.join('_') ?? [upstream, ami].filter(Boolean).join('-')].join('-')),
    namedAfter: 'kind',
    title: ({ images, upstream }) => `manual: ${images?.join(', ') ?? upstream ?? ''}`,
    base: ({ upstream, ami }) => ({ upstream, ami }),
    rollsOut: bakes,
    returns: false,
  },

  cve: {
    name: ({ image, version }) => shorten(`cve-${image}-${dashed(version)}`),
    namedAfter: 'kind',
    title: ({ image }) => `vulnerabilities in ${image}`,
    base: noBase,
    rollsOut: bakes,
    returns: false,
  },

  drift: {
    name: ({ id }) => `drift-${id}`,
    namedAfter: 'kind',
    title: ({ images }) => `not as the fleet says: ${images.map(({ image }) => image).join(', ')}`,
    base: noBase,
    rollsOut: bakes,
    returns: true,
    details: ({ images }) => (images.length > 1 ? images.map(({ image, reason }) => `  ${image}: ${reason}`) : []),
  },

  promote: {
    name: ({ image, version, time }) => shorten(`promote-${image}-${dashed(version)}-${compactTime(time)}`),
    namedAfter: 'kind',
    title: ({ image, version }) => `promotion of ${image} ${version}`,
    base: noBase,
    rollsOut: ({ image, version }) => ({ image, version }),
    returns: false,
  },
}

export const kindsOfTriggers = Object.keys(triggerKinds) as TriggerKind[]

/** `1-0-3-1` */
const dashed = (version: string) => version.replace(/[^\w-]/g, '-')

/** An id of a finding that is the same when it is found again. */
export const findingId = (...facts: string[]) => clientToken(...facts).slice(0, 16)

/** The campaign's name follows from what starts it: the same trigger, delivered again, starts nothing. */
export const campaignName = <K extends TriggerKind>(trigger: TriggerOf<K>): string =>
  triggerKinds[trigger.kind].name(trigger)

/** What a list shows of a trigger: `al2023-soe ami-0a1b`, `patch cycle monthly`. */
export const titleOf = <K extends TriggerKind>(trigger: TriggerOf<K>): string =>
  triggerKinds[trigger.kind].title(trigger)

/** The upstream that a trigger is about, and the AMI that it names, as far as it has them. */
export const baseOf = <K extends TriggerKind>(trigger: TriggerOf<K>): Base => triggerKinds[trigger.kind].base(trigger)

/** The release that a trigger rolls out as it is; undefined for one that bakes. */
export const rolledOutBy = <K extends TriggerKind>(trigger: TriggerOf<K>): RolledOut | undefined =>
  triggerKinds[trigger.kind].rollsOut(trigger)

/** What a message says of a trigger beside its reason, line by line. */
export const detailsOf = <K extends TriggerKind>(trigger: TriggerOf<K>): string[] =>
  triggerKinds[trigger.kind].details?.(trigger) ?? []
