import type { EventPattern } from 'aws-cdk-lib/aws-events'
import type { Construct } from 'constructs'
import type { Asked, CheckKind } from '../domain/check-kinds.ts'
import type { Fleet } from '../domain/fleet/model.ts'
import type { Arns } from './arns.ts'
import type { Grants } from './functions/grants.ts'
import type { Ledger } from './ledger.ts'
import type { Permission } from './permissions.ts'
import { allowSmokeTests, createSmokeTests, type SmokeTestsProps, smokeName } from './smoke/smoke-tests.ts'

interface CheckPermissionContext {
  fleet: Fleet
  arns: Arns
  ledger: Ledger
  grants: Grants
}

interface CheckEvent {
  /** Of the rule, in the template. */
  id: string
  /** Of the rule, after the fleet's name. */
  name: string
  description: string
  /** @param images what matches the ARNs of the fleet's images */
  pattern: (fleet: Fleet, images: string[]) => EventPattern
}

interface CheckSpec<K extends CheckKind> {
  /** What the look of functions/run-check may do, by what the images of the fleet ask for. */
  permissions: (asked: Asked<K>[], surroundings: CheckPermissionContext) => Permission[]
  /** The event that brings the next look; without one, the time does. */
  event?: CheckEvent
  /** What it runs with. */
  create?: (scope: Construct, props: SmokeTestsProps) => void
}

const checkSpecs = {
  ami: { permissions: (_, { grants }) => [grants.describeImages] },
  vulnerabilities: {
    permissions: (asked, { grants, ledger }) => [
      grants.images('imagebuilder:GetImage', 'imagebuilder:ListImageScanFindings'),
      grants.listFindings,
      ...(asked.some(({ introduced }) => introduced) ? [ledger.allow('Query')] : []),
    ],
    event: {
      id: 'ScanCompleted',
      name: 'resume-scan',
      description: 'The scan of an image of this fleet is complete',
      pattern: (_, resources) => ({
        source: ['aws.imagebuilder'],
        detailType: ['EC2 Image Builder CVE Detected'],
        resources,
      }),
    },
  },
  packages: {
    permissions: (_, { grants }) => [grants.images('imagebuilder:GetImage', 'imagebuilder:ListImagePackages')],
  },
  smoke: {
    permissions: (_, { ledger, fleet, arns }) => allowSmokeTests(ledger, fleet, arns),
    event: {
      id: 'SmokeTested',
      name: 'resume-smoke',
      description: 'A smoke test of this fleet ended',
      pattern: (fleet) => ({
        source: ['aws.ssm'],
        detailType: ['EC2 Automation Execution Status-change Notification'],
        detail: { Definition: [smokeName(fleet.name)] },
      }),
    },
    create: createSmokeTests,
  },
  custom: {
    permissions: (asked) => {
      const functions = asked.flatMap((checks) => Object.values(checks).map((check) => check.function))
      return [{ actions: ['lambda:InvokeFunction'], resources: [...new Set(functions)].sort() }]
    },
  },
} satisfies { [K in CheckKind]: CheckSpec<K> }

/** The kinds whose checks wait for an event. */
export type KindWithEvent = {
  [K in CheckKind]: (typeof checkSpecs)[K] extends { event: CheckEvent } ? K : never
}[CheckKind]

const specs: { [K in CheckKind]: CheckSpec<K> } = checkSpecs

/** The kinds of check that some image of the fleet asks for. */
const kindsIn = (fleet: Fleet) => (Object.keys(specs) as CheckKind[]).filter((kind) => askedFor(fleet, kind).length > 0)

const askedFor = <K extends CheckKind>({ images }: Fleet, kind: K): Asked<K>[] =>
  Object.values(images).flatMap(({ checks }) => (checks[kind] === undefined ? [] : [checks[kind]]))

/** What the checks of the fleet need to look into an image, and no more. */
export function allowChecks(surroundings: CheckPermissionContext): Permission[] {
  const allow = <K extends CheckKind>(kind: K) =>
    specs[kind].permissions(askedFor(surroundings.fleet, kind), surroundings)
  return kindsIn(surroundings.fleet).flatMap(allow)
}

const hasEvent = (kind: CheckKind): kind is KindWithEvent => specs[kind].event !== undefined

/** The events that the checks of the fleet wait for. */
export const checkEvents = (fleet: Fleet): { kind: KindWithEvent; event: CheckEvent }[] =>
  kindsIn(fleet)
    .filter(hasEvent)
    .map((kind) => ({ kind, event: checkSpecs[kind].event }))

/** What the checks of the fleet run with. */
export function createChecks(scope: Construct, props: SmokeTestsProps): void {
  for (const kind of kindsIn(props.fleet)) specs[kind].create?.(scope, props)
}
