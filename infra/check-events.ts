import type { EventPattern } from 'aws-cdk-lib/aws-events'
import type { Asked, CheckKind } from '../domain/check-kinds.ts'
import type { Fleet } from '../domain/fleet/model.ts'
import { smokeName } from '../domain/names.ts'

// Commands read this: it needs the types of the CDK only.

interface CheckEvent {
  /** Of the rule, in the template. */
  id: string
  /** Of the rule, after the fleet's name. */
  name: string
  description: string
  /** @param images what matches the ARNs of the fleet's images */
  pattern: (fleet: Fleet, images: string[]) => EventPattern
}

/** The event that brings the next look of a check; without one, the time does. */
const events = {
  ami: undefined,
  vulnerabilities: {
    id: 'ScanCompleted',
    name: 'resume-scan',
    description: 'The scan of an image of this fleet is complete',
    pattern: (_, resources) => ({
      source: ['aws.imagebuilder'],
      detailType: ['EC2 Image Builder CVE Detected'],
      resources,
    }),
  },
  packages: undefined,
  smoke: {
    id: 'SmokeTested',
    name: 'resume-smoke',
    description: 'A smoke test of this fleet ended',
    pattern: (fleet) => ({
      source: ['aws.ssm'],
      detailType: ['EC2 Automation Execution Status-change Notification'],
      detail: { Definition: [smokeName(fleet.name)] },
    }),
  },
  custom: undefined,
} satisfies Record<CheckKind, CheckEvent | undefined>

/** The kinds whose checks wait for an event. */
export type KindWithEvent = {
  [K in CheckKind]: (typeof events)[K] extends CheckEvent ? K : never
}[CheckKind]

const hasEvent = (kind: CheckKind): kind is KindWithEvent => events[kind] !== undefined

/** The events that the checks of the fleet wait for. */
export const checkEvents = (fleet: Fleet): { kind: KindWithEvent; event: CheckEvent }[] =>
  kindsIn(fleet)
    .filter(hasEvent)
    .map((kind) => ({ kind, event: events[kind] }))

/** The kinds of check that some image of the fleet asks for. */
export const kindsIn = (fleet: Fleet) =>
  (Object.keys(events) as CheckKind[]).filter((kind) => askedFor(fleet, kind).length > 0)

export const askedFor = <K extends CheckKind>({ images }: Fleet, kind: K): Asked<K>[] =>
  Object.values(images).flatMap(({ checks }) => (checks[kind] === undefined ? [] : [checks[kind]]))
