import type { Construct } from 'constructs'
import type { Asked, CheckKind } from '../domain/check-kinds.ts'
import type { Fleet } from '../domain/fleet/model.ts'
import type { Arns } from './arns.ts'
import { askedFor, kindsIn } from './check-events.ts'
import type { Grants } from './functions/grants.ts'
import type { Ledger } from './ledger.ts'
import type { Permission } from './permissions.ts'
import { allowSmokeTests, createSmokeTests, type SmokeTestsProps } from './smoke/smoke-tests.ts'

interface CheckPermissionContext {
  fleet: Fleet
  arns: Arns
  ledger: Ledger
  grants: Grants
}

interface CheckSpec<K extends CheckKind> {
  /** What the look of functions/run-check may do, by what the images of the fleet ask for. */
  permissions: (asked: Asked<K>[], surroundings: CheckPermissionContext) => Permission[]
  /** What it runs with. */
  create?: (scope: Construct, props: SmokeTestsProps) => void
}

const specs: { [K in CheckKind]: CheckSpec<K> } = {
  ami: { permissions: (_, { grants }) => [grants.describeImages] },
  vulnerabilities: {
    permissions: (asked, { grants, ledger }) => [
      grants.images('imagebuilder:GetImage', 'imagebuilder:ListImageScanFindings'),
      grants.listFindings,
      ...(asked.some(({ introduced }) => introduced) ? [ledger.allow('Query')] : []),
    ],
  },
  packages: {
    permissions: (_, { grants }) => [grants.images('imagebuilder:GetImage', 'imagebuilder:ListImagePackages')],
  },
  smoke: {
    permissions: (_, { ledger, fleet, arns }) => allowSmokeTests(ledger, fleet, arns),
    create: createSmokeTests,
  },
  custom: {
    permissions: (asked) => {
      const functions = asked.flatMap((checks) => Object.values(checks).map((check) => check.function))
      return [{ actions: ['lambda:InvokeFunction'], resources: [...new Set(functions)].sort() }]
    },
  },
}

/** What the checks of the fleet need to look into an image, and no more. */
export function allowChecks(surroundings: CheckPermissionContext): Permission[] {
  const allow = <K extends CheckKind>(kind: K) =>
    specs[kind].permissions(askedFor(surroundings.fleet, kind), surroundings)
  return kindsIn(surroundings.fleet).flatMap(allow)
}

/** What the checks of the fleet run with. */
export function createChecks(scope: Construct, props: SmokeTestsProps): void {
  for (const kind of kindsIn(props.fleet)) specs[kind].create?.(scope, props)
}
