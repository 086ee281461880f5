import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn'
import { partitionOf } from '../../domain/fleet/regions.ts'
import { resourceName } from '../../domain/names.ts'
import type { ExamineAccountsInput, FleetReport, Reports } from '../../functions/examine-accounts/examine-accounts.ts'
import type { TargetReport } from '../../functions/examine-accounts/targets.ts'
import type { MachineName } from '../../infra/functions/names.ts'
import { campaignArn, type Deployment, machineArn } from '../deployment/deployment.ts'
import { invokerOf } from '../deployment/invoke.ts'
import { each, ifThere } from './check.ts'

/** The most that the function takes at once. */
const targetsAtOnce = 20
/** As long as the function may take. */
const seconds = 310

/** What checks look at, and what several of them ask for, each once. */
export class Environment {
  readonly deployment: Deployment
  /** `fingerprintsOf` the fleet as it is here. */
  readonly fingerprints: Record<string, string>
  readonly #invoke: (request: object) => Promise<unknown>
  #isDeployed: Promise<boolean> | undefined
  #fleet: Promise<FleetReport> | undefined
  #targets: Promise<TargetReport[]> | undefined

  constructor(deployment: Deployment, fingerprints: Record<string, string>) {
    this.deployment = deployment
    this.fingerprints = fingerprints
    this.#invoke = invokerOf(deployment, 'examine-accounts', seconds)
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

  /** The ARN of a state machine, by the name of its file. */
  machine(name: MachineName): string {
    return machineArn(this.deployment, name)
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
  async #ask<K extends keyof Reports>(request: ExamineAccountsInput & { look: K }): Promise<Reports[K]> {
    return (await this.#invoke(request)) as Reports[K]
  }
}
