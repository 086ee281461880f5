import type { Fleet } from '../../domain/fleet/model.ts'
import { type Deployment, deploymentOf } from '../deployment/deployment.ts'
import { loadFleet } from '../fleet.ts'
import { print } from '../terminal/output.ts'
import type { Cdk } from './cdk.ts'
import type { AssemblyDeps } from './deps.ts'
import { useProfile } from './profile.ts'
import { stacksHeadline } from './render.ts'

interface Named {
  /** The fleet's file. */
  fleet: string
  profile?: string | undefined
  endpointUrl?: string | undefined
}

/**
 * What a command that hands stacks to the CDK is about; it says so first.
 *
 * @param mayGoThere refuses a deployment that nobody can mean
 * @throws BadInput for a fleet that is not valid, and where the CDK's command is missing
 */
export function destinationOf(
  { fleet: file, profile, endpointUrl }: Named,
  deps: Pick<AssemblyDeps, 'cdk'>,
  mayGoThere: (deployment: Deployment, file: string) => void = () => undefined,
): { fleet: Fleet; deployment: Deployment; cdk: Cdk } {
  const fleet = loadFleet(file)
  print([stacksHeadline(fleet, file)])
  useProfile(profile)
  const deployment = deploymentOf(fleet, endpointUrl)
  mayGoThere(deployment, file)
  return { fleet, deployment, cdk: deps.cdk(file, { profile, endpoint: deployment.endpoint }) }
}
