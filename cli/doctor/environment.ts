import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn'
import { partitionOf } from '../../domain/fleet/regions.ts'
import { resourceName } from '../../domain/names.ts'
import type { FleetReport, Reports, Request } from '../../functions/examine-accounts/examine-accounts.ts'
import type { TargetReport } from '../../functions/examine-accounts/targets.ts'
import { campaignArn, type Deployment } from '../aws/deployment.ts'
import { Failed } from '../problems.ts'
import { each, ifThere } from './check.ts'

/** The most that the function takes at once. */
const targetsAtOnce = 20
/** Milliseconds: as long as the function may take. */
const patience = 310_000

/** What checks look at, and what several of them ask for, each once. */
export class Environment {
  readonly deployment: Deployment
  /** `fingerprintsOf` the fleet as it is here. */
  readonly fingerprints: Record<string, string>
  readonly #lambda: LambdaClient
  #isDeployed: Promise<boolean> | undefined
  #fleet: Promise<FleetReport> | undefined
  #targets: Promise<TargetReport[]> | undefined

  constructor(deployment: Deployment, fingerprints: Record<string, string>) {
    this.deployment = deployment
    this.fingerprints = fingerprints
    const { config } = deployment
    const requestHandler = { ...config.requestHandler, requestTimeout: patience }
    this.#lambda = new LambdaClient({ ...config, requestHandler })
  }

  get fleet() {
    return this.deployment.fleet
  }

  get config() {
    return this.deployment.config
  }

  /** `golden-notifications` */
  named(key: string): string {
    return resourceName(this.fleet.name, key)
  }

  /** An ARN of the build account, in its region unless it is another's. */
  arn(service: string, resource: string, region = this.fleet.build.region): string {
    const partition = partitionOf(this.fleet.build.region) ?? 'aws'
    return `arn:${partition}:${service}:${region}:${this.fleet.build.account}:${resource}`
  }

  isDeployed(): Promise<boolean> {
    this.#isDeployed ??= this.#lookForCampaigns()
    return this.#isDeployed
  }

  async #lookForCampaigns() {
    const command = new DescribeStateMachineCommand({ stateMachineArn: campaignArn(this.deployment) })
    return (await ifThere(new SFNClient(this.config).send(command))) !== undefined
  }

  /** What was deployed, and which accounts its rings reach now. */
  deployed(): Promise<FleetReport> {
    this.#fleet ??= this.#ask({ look: 'fleet' })
    return this.#fleet
  }

  upstreams(): Promise<Reports['upstreams']> {
    return this.#ask({ look: 'upstreams' })
  }

  /** Every target account as the fleet's own functions find it. */
  targets(): Promise<TargetReport[]> {
    this.#targets ??= this.#askForTargets()
    return this.#targets
  }

  /** The accounts of every ring, with the rings that reach each. */
  async accounts(): Promise<{ account: string; rings: string[] }[]> {
    const { rings } = await this.deployed()
    const found = new Map<string, string[]>()
    for (const [ring, members] of Object.entries(rings))
      for (const account of 'accounts' in members ? members.accounts : [])
        found.set(account, [...(found.get(account) ?? []), ring])
    return [...found].map(([account, its]) => ({ account, rings: its }))
  }

  async #askForTargets(): Promise<TargetReport[]> {
    const all = await this.accounts()
    const parts = Array.from({ length: Math.ceil(all.length / targetsAtOnce) }, (_, i) =>
      all.slice(i * targetsAtOnce, (i + 1) * targetsAtOnce),
    )
    return (await each(parts, (targets) => this.#ask({ look: 'targets', targets }))).flat()
  }

  /** @throws Failed where the function does */
  async #ask<K extends keyof Reports>(request: Request & { look: K }): Promise<Reports[K]> {
    const FunctionName = this.named('examine-accounts')
    const invoke = new InvokeCommand({ FunctionName, Payload: JSON.stringify(request) })
    const { FunctionError, Payload } = await this.#lambda.send(invoke)
    const answer = JSON.parse(new TextDecoder().decode(Payload))
    if (FunctionError === undefined) return answer as Reports[K]
    const { errorType = 'Error', errorMessage = 'it does not say why' } = answer as Record<string, string>
    throw new Failed(`the function ${FunctionName} failed: ${errorType}: ${errorMessage}`)
  }
}
