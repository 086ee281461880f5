import fc from 'fast-check'

/** What may happen to the AMIs of a fleet, and to what uses them. Places, images and AMIs are named by their number. */

export type AmiEvent =
  | { what: 'release'; image: number; to: number[]; shared: boolean; through: boolean; revoked: boolean }
  | { what: 'point'; place: number; image: number; back: number; channel: boolean }
  | { what: 'template'; place: number; back: number; name: number; alias: boolean; isDefault: boolean }
  | {
      what: 'group'
      place: number
      name: number
      template: number
      version: string
      configuration: boolean
      back: number
    }
  | {
      what: 'instance'
      place: number
      name: number
      back: number
      state: 'running' | 'stopped' | 'terminated'
    }
  /** A failed bake, with the AMI that it made or without; Image Builder names it, or does not. */
  | { what: 'bake'; image: number; made: 'none' | 'tagged' | 'named'; used: boolean }
  | { what: 'hold'; image: number; held: boolean }
  | { what: 'refuse'; place: number; closed: boolean }
  | { what: 'throttle'; operation: string }

const few = fc.nat(2)
const back = fc.nat(5)
export const amiEvent: fc.Arbitrary<AmiEvent> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('release' as const),
      image: fc.nat(1),
      to: fc.uniqueArray(few, { maxLength: 3 }),
      shared: fc.boolean(),
      through: fc.boolean(),
      revoked: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    }),
  },
  fc.record({
    what: fc.constant('point' as const),
    place: few,
    image: fc.nat(1),
    back,
    channel: fc.boolean(),
  }),
  fc.record({
    what: fc.constant('template' as const),
    place: few,
    back,
    name: fc.nat(1),
    alias: fc.boolean(),
    isDefault: fc.boolean(),
  }),
  fc.record({
    what: fc.constant('group' as const),
    place: few,
    name: fc.nat(1),
    template: fc.nat(1),
    back,
    version: fc.constantFrom('1', '2', '$Latest', '$Default'),
    configuration: fc.boolean(),
  }),
  fc.record({
    what: fc.constant('instance' as const),
    place: few,
    name: few,
    back,
    state: fc.constantFrom('running' as const, 'stopped' as const, 'terminated' as const),
  }),
  fc.record({
    what: fc.constant('bake' as const),
    image: fc.nat(1),
    made: fc.constantFrom('none' as const, 'tagged' as const, 'named' as const),
    used: fc.boolean(),
  }),
  fc.record({ what: fc.constant('hold' as const), image: fc.nat(1), held: fc.boolean() }),
  fc.record({ what: fc.constant('refuse' as const), place: few, closed: fc.boolean() }),
  fc.record({
    what: fc.constant('throttle' as const),
    operation: fc.constantFrom('DeregisterImage', 'DescribeInstances', 'EnableImageDeprecation', 'Delete'),
  }),
)
