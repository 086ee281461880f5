import type { StartAutomationExecutionRequest, StopAutomationExecutionRequest } from '@aws-sdk/client-ssm'
import { evaluate, listOf } from '../../iam/policy.ts'
import { modelOf } from '../../protocol/models.ts'
import { UnsupportedFeature } from '../../unsupported-feature.ts'
import { ClientTokens, Partitions } from '../support.ts'
import { AwsError, type Context, type PermissionsOf, type ServiceDeps } from '../types.ts'
import type { AutomationDocument } from './automation-document.ts'
import { type Execution, isFinished, pendingSteps, reportedOf, valuesOf } from './automation-execution.ts'
import { type AutomationHost, runExecution } from './automation-runner.ts'
import { type Documents, documentArn } from './documents.ts'
import type { Place } from './store.ts'

/** Systems Manager Automation: keeps runbooks' executions, and has them run. */
export class Automations {
  readonly #executions = new Partitions<Map<string, Execution>>(() => new Map())
  readonly #tokens = new ClientTokens('IdempotentParameterMismatch')
  readonly #deps: ServiceDeps
  readonly #documents: Documents
  readonly #host: () => AutomationHost

  constructor(deps: ServiceDeps, near: { documents: Documents; host: () => AutomationHost }) {
    this.#deps = deps
    this.#documents = near.documents
    this.#host = near.host
  }

  readonly permissions: Record<string, PermissionsOf> = {
    StartAutomationExecution: ({ DocumentName: name }: StartAutomationExecutionRequest, context) => {
      const { assumeRole } = this.#runbook(name ?? '', context)
      const passed = { 'iam:PassedToService': 'ssm.amazonaws.com' }
      return [
        { action: 'ssm:StartAutomationExecution', resource: documentArn(name ?? '', context) },
        { action: 'ssm:StartAutomationExecution', resource: executionArn('', context) },
        ...(assumeRole ? [{ action: 'iam:PassRole', resource: assumeRole, context: passed }] : []),
      ]
    },
    GetAutomationExecution: onExecution('GetAutomationExecution'),
    StopAutomationExecution: onExecution('StopAutomationExecution'),
  }

  readonly operations = {
    StartAutomationExecution: async (input: StartAutomationExecutionRequest, context: Context) => {
      const document = this.#runbook(input.DocumentName ?? '', context)
      const values = valuesOf(document, input.Parameters ?? {})
      this.#mustBeTaken(document.assumeRole ?? '', context)
      // What the steps speak to is there before time goes on.
      await Promise.all(['ec2', 'ssm'].map(modelOf))
      const { ClientToken: clientToken, ...rest } = input
      const start = () => this.#start(document, input, values, context)
      const scope = `${context.account}/${context.region}`
      return clientToken
        ? this.#tokens.once(scope, { clientToken: clientToken.toLowerCase(), ...rest }, start)
        : start()
    },

    GetAutomationExecution: ({ AutomationExecutionId: id }: { AutomationExecutionId: string }, context: Context) => ({
      AutomationExecution: reportedOf(this.#get(id, context)),
    }),

    StopAutomationExecution: (input: StopAutomationExecutionRequest, context: Context) => {
      const { AutomationExecutionId: id = '', Type = 'Cancel' } = input
      const execution = this.#get(id, context)
      if (Type !== 'Cancel') throw new UnsupportedFeature('option', `Type ${Type} of StopAutomationExecution`)
      if (isFinished(execution) || execution.status === 'Cancelling')
        throw new AwsError(
          'InvalidAutomationStatusUpdateException',
          `The automation execution ${id} is ${execution.status} already.`,
        )
      execution.status = 'Cancelling'
      execution.cancel.abort()
      return {}
    },
  }

  #runbook(name: string, place: Place): AutomationDocument {
    const found = this.#documents.find(name, place)
    if (found?.type === 'Automation') return found.content
    throw new AwsError('AutomationDefinitionNotFoundException', `Automation definition ${name} not found.`)
  }

  #get(id: string, place: Place): Execution {
    const found = this.#executions.in(place).get(id)
    if (found) return found
    throw new AwsError('AutomationExecutionNotFoundException', `Couldn't find automation execution ${id}`)
  }

  /** Automation says on whose behalf it takes on the role: its trust may ask. */
  #mustBeTaken(roleArn: string, place: Place): void {
    const statements = listOf(this.#host().iam.role(roleArn)?.trust.Statement).filter(
      ({ Principal: named }) => typeof named === 'object' && listOf(named.Service).includes('ssm.amazonaws.com'),
    )
    const context = { 'aws:SourceAccount': place.account, 'aws:SourceArn': executionArn('', place) }
    const request = { action: 'sts:AssumeRole', resource: roleArn, context }
    if (evaluate([{ Statement: statements }], request).outcome === 'allowed') return
    throw new AwsError(
      'InvalidAutomationExecutionParametersException',
      `The defined assume role is unable to be assumed: ${roleArn}`,
    )
  }

  #start(
    document: AutomationDocument,
    { DocumentName: name = '', Parameters: given = {} }: StartAutomationExecutionRequest,
    values: Record<string, unknown>,
    { account, region, principal }: Context,
  ) {
    const { clock, random } = this.#deps
    const executions = this.#executions.in({ account, region })
    const id = random.fork(`automation/${account}/${region}/${executions.size}`).uuid()
    const arn = executionArn(id, { account, region })
    const execution: Execution = {
      account,
      region,
      id,
      arn,
      name,
      document,
      given,
      values,
      executedBy: principal.arn,
      tag: this.#host().attribution,
      started: new Date(clock.now()),
      status: 'Pending',
      steps: pendingSteps(document),
      outputs: new Map(),
      cancel: new AbortController(),
    }
    executions.set(id, execution)
    this.#host().startedFor.set(arn, execution.tag)
    clock.at(clock.now() + 1_000, () => runExecution(execution, this.#deps, this.#host()))
    return { AutomationExecutionId: id }
  }
}

const executionArn = (id: string, { account, region }: Place) =>
  `arn:aws:ssm:${region}:${account}:automation-execution/${id}`

const onExecution =
  (action: string): PermissionsOf =>
  ({ AutomationExecutionId: id }: { AutomationExecutionId: string }, context) => [
    { action: `ssm:${action}`, resource: executionArn(id, context) },
  ]
