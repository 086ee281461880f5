import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn'
import { postedChannels } from '../../domain/fleet/posted-channels.ts'
import { functionNames, machineNames } from '../../infra/functions/names.ts'
import { count, list } from '../render/text.ts'
import { type Check, deploy, each, fail, ifThere, info, warning } from './check.ts'
import type { Environment } from './environment.ts'

const functions: Check = {
  name: 'functions',
  group: 'Deployment',
  permissions: ['lambda:GetFunctionConfiguration'],
  async *examine(environment) {
    const lambda = new LambdaClient(environment.config)
    const names = [...functionNames, ...postedChannels(environment.fleet).map(({ functionName }) => functionName)].map(
      (name) => environment.named(name),
    )
    const found = await each(names, (FunctionName) =>
      ifThere(lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))),
    )
    const missing = names.filter((_, at) => found[at] === undefined)
    if (missing.length > 0) yield fail(`there is no function ${list(missing, 5)}`, deploy)
    const broken = names.filter((_, at) => [found[at]?.State, found[at]?.LastUpdateStatus].includes('Failed'))
    if (broken.length > 0)
      yield fail(`Lambda could not make ready ${list(broken, 5)}`, `See why in its console. ${deploy}`)
    if (missing.length + broken.length === 0) yield info(count(names.length, 'function'))
  },
}

const stateMachines: Check = {
  name: 'state machines',
  group: 'Deployment',
  beforeDeploy: true,
  permissions: ['states:DescribeStateMachine'],
  async *examine(environment) {
    const client = new SFNClient(environment.config)
    for (const name of machineNames) {
      const stateMachineArn = environment.machine(name)
      const found = await ifThere(client.send(new DescribeStateMachineCommand({ stateMachineArn })))
      if (found?.status !== 'ACTIVE')
        yield fail(
          `there is no state machine ${environment.named(name)}${found ? ` any more: it is ${found.status}` : ''}`,
          deploy,
        )
    }
  },
}

const sameFleet: Check = {
  name: 'the fleet as deployed',
  group: 'Deployment',
  permissions: ['lambda:InvokeFunction'],
  async *examine(environment) {
    const different = await changedParts(environment)
    if (different.length > 0)
      yield warning(
        `what is deployed is another fleet than this file: ${list(different, 8)}`,
        `${deploy} Until then the other checks compare this file with what another one made.`,
      )
  },
}

/** Parts of the file that are not as they were deployed, on either side. */
async function changedParts(environment: Environment): Promise<string[]> {
  const { fingerprints: here } = environment
  const { fingerprints: there } = await environment.deployed()
  const deps = new Set([...Object.keys(here), ...Object.keys(there)])
  return [...deps].filter((part) => here[part] !== there[part])
}

export const deploymentChecks = [functions, stateMachines, sameFleet]
