import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { partitionOf } from '../../domain/fleet/regions.ts'
import { resourceName } from '../../domain/names.ts'
import type { MachineName } from '../../infra/functions/names.ts'
import { BadInput } from '../problems.ts'
import { inProse } from '../typed.ts'
import { calling } from './aws-problems.ts'

/** Where a fleet is deployed: AWS, or a rehearsal that is served. */
export interface Deployment<F = Fleet> {
  fleet: F
  /** Of a served rehearsal; undefined for AWS itself. */
  endpoint: string | undefined
  /** What every client is made with. */
  config: {
    region: string
    endpoint?: string
    credentials?: { accessKeyId: string; secretAccessKey: string }
    requestHandler: { connectionTimeout: number; requestTimeout: number }
  }
}

/** What of a fleet says where it is. */
export type Place = Pick<Fleet, 'name' | 'build'>

/** The SDK itself would wait for minutes. */
const patience = { connectionTimeout: 5_000, requestTimeout: 30_000 }

/**
 * @param endpointUrl of a served rehearsal; without it, what AWS_ENDPOINT_URL says, or AWS
 * @throws BadInput when it is no URL
 */
export function deploymentOf<F extends Place>(
  fleet: F,
  endpointUrl: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Deployment<F> {
  const endpoint = endpointUrl ?? (env.AWS_ENDPOINT_URL || undefined)
  const { region } = fleet.build
  if (endpoint === undefined) return { fleet, endpoint, config: { region, requestHandler: patience } }
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? ''))
    throw new BadInput(
      `--endpoint-url ${endpoint}: expected a URL, as http://127.0.0.1:4566, which ${inProse('rehearse', '--serve')} says`,
    )
  // A rehearsal on this machine takes any credentials: nobody has to have some.
  const has = env.AWS_ACCESS_KEY_ID || env.AWS_PROFILE || !isHere(endpoint)
  const credentials = has ? {} : { credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' } }
  return { fleet, endpoint, config: { region, endpoint, ...credentials, requestHandler: patience } }
}

const isHere = (url: string) => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(URL.parse(url)?.hostname ?? '')

/** `account 111122223333, us-west-2`, and where that is rehearsed. */
export const placeOf = ({ fleet, endpoint }: Deployment) =>
  `account ${fleet.build.account}, ${fleet.build.region}${endpoint === undefined ? '' : `, of the rehearsal at ${endpoint}`}`

/** A state machine, by the name of its file. */
export function machineArn({ fleet }: Deployment, machine: MachineName): string {
  const { account, region } = fleet.build
  return `arn:${partitionOf(region) ?? 'aws'}:states:${region}:${account}:stateMachine:${resourceName(fleet.name, machine)}`
}

/** The state machine of campaigns. */
export const campaignArn = (deployment: Deployment) => machineArn(deployment, 'campaign')

export const executionArn = (deployment: Deployment, machine: MachineName, name: string) =>
  `${machineArn(deployment, machine).replace(':stateMachine:', ':execution:')}:${name}`

/**
 * @returns the ARN of the caller
 * @throws BadInput when the caller is of another account than the fleet's, and says what to do
 */
export async function checkAccount(deployment: Deployment): Promise<string> {
  const { fleet } = deployment
  const { account, arn } = await whoAsks(deployment)
  if (account === fleet.build.account) return arn
  throw new BadInput(
    `These credentials are of account ${account} (${arn}), and the fleet ${fleet.name} lives in its build account ` +
      `${fleet.build.account}. Take a profile of that account (AWS_PROFILE=NAME), or name another fleet with --fleet FILE.`,
  )
}

/** Whose credentials these are. */
export async function whoAsks(deployment: Deployment<Place>): Promise<{ account: string; arn: string }> {
  const who = () => new STSClient(deployment.config).send(new GetCallerIdentityCommand({}))
  const { Account = '', Arn = '' } = await calling(deployment, 'find out whose credentials these are', who)
  return { account: Account, arn: Arn }
}
