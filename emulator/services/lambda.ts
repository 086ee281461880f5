import type { FunctionConfiguration, InvocationRequest } from '@aws-sdk/client-lambda'
import { UnsupportedFeature } from '../unsupported-feature.ts'
import type { ServiceQuotas } from './servicequotas.ts'
import { Partitions, pageOf } from './support.ts'
import { AwsError, type Context, type PermissionsOf, type Service } from './types.ts'

export interface NewFunction {
  account: string
  region: string
  name: string
  roleArn: string
  runtime?: string
  handler?: string
  architecture?: 'x86_64' | 'arm64'
  memory?: number
  /** Seconds. */
  timeout?: number
  description?: string
  environment?: Record<string, string>
  /** Executions that are kept for it. */
  reserved?: number
  /** Virtual time of the last change. */
  modified: Date
}

type Configuration = FunctionConfiguration & { FunctionName: string }

/** What a function makes of a payload: it throws an Error where the function fails. */
export type Answer = (payload: unknown) => unknown

/** What an operator asks about functions, and their invocation; running them is the world's work. */
export class Lambda implements Service {
  /** Functions that no template has, by ARN, in any account. */
  readonly custom = new Map<string, Answer>()
  /** Runs a function of a template, by its ARN; undefined where there is none. Set by the world. */
  deployed: (arn: string) => Answer | undefined = () => undefined

  /** What lets others invoke a function that no template has, by its ARN. */
  readonly policies = new Map<string, { Statement: Record<string, unknown>[] }>()

  readonly #functions = new Partitions<Map<string, Configuration>>(() => new Map())
  /** Executions that functions keep for themselves, by name. */
  readonly #reserved = new Partitions<Map<string, number>>(() => new Map())
  readonly #quotas: Pick<ServiceQuotas, 'values'>

  constructor(quotas: Pick<ServiceQuotas, 'values'>) {
    this.#quotas = quotas
  }

  /** @throws AwsError InvalidParameterValueException where it would reserve what all other functions need */
  addFunction(o: NewFunction): void {
    if (o.reserved !== undefined) this.#reserve(o, o.name, o.reserved)
    this.#functions.in(o).set(o.name, {
      FunctionName: o.name,
      FunctionArn: `arn:aws:lambda:${o.region}:${o.account}:function:${o.name}`,
      Runtime: (o.runtime ?? 'nodejs24.x') as 'nodejs24.x',
      Role: o.roleArn,
      Handler: o.handler ?? 'index.handler',
      CodeSize: 0,
      Description: o.description ?? '',
      Timeout: o.timeout ?? 3,
      MemorySize: o.memory ?? 128,
      LastModified: o.modified.toISOString().replace('Z', '+0000'),
      Version: '$LATEST',
      PackageType: 'Zip',
      State: 'Active',
      LastUpdateStatus: 'Successful',
      Architectures: [o.architecture ?? 'x86_64'],
      TracingConfig: { Mode: 'Active' },
      EphemeralStorage: { Size: 512 },
      ...(o.environment ? { Environment: { Variables: o.environment } } : {}),
    })
  }

  removeFunction(place: { account: string; region: string }, name: string): void {
    this.#functions.in(place).delete(name)
    this.#reserved.in(place).delete(name)
  }

  has(place: { account: string; region: string }, name: string): boolean {
    return this.#functions.in(place).has(name)
  }

  /**
   * "Lambda reserves 100 units of concurrency for functions that don't explicitly reserve concurrency."
   * https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
   */
  #reserve(place: { account: string; region: string }, name: string, reserved: number): void {
    const kept = this.#reserved.in(place)
    const before = kept.get(name) ?? 0
    if (this.#unreserved(place) + before - reserved < leastUnreserved)
      throw new AwsError(
        'InvalidParameterValueException',
        `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${leastUnreserved}].`,
      )
    kept.set(name, reserved)
  }

  #unreserved(place: { account: string; region: string }): number {
    const all = this.#quotas.values.get('lambda L-B99A9384') ?? 0
    return [...this.#reserved.in(place).values()].reduce((left, each) => left - each, all)
  }

  readonly permissions: Record<string, PermissionsOf> = {
    GetFunction: onFunction('GetFunction'),
    GetFunctionConfiguration: onFunction('GetFunctionConfiguration'),
    GetPolicy: onFunction('GetPolicy'),
    Invoke: onFunction('InvokeFunction'),
  }

  readonly operations = {
    ListFunctions: (input: { MaxItems?: number; Marker?: string }, context: Context) => {
      const all = [...this.#functions.in(context).values()].sort((a, b) => (a.FunctionName < b.FunctionName ? -1 : 1))
      const page = pageOf(all, {
        size: input.MaxItems,
        token: input.Marker,
        most: 50,
        invalidToken: 'InvalidParameterValueException',
      })
      return { Functions: page.items, ...(page.next === undefined ? {} : { NextMarker: page.next }) }
    },

    // https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
    GetAccountSettings: (_: object, context: Context) => ({
      AccountLimit: {
        ConcurrentExecutions: this.#quotas.values.get('lambda L-B99A9384'),
        UnreservedConcurrentExecutions: this.#unreserved(context),
      },
      AccountUsage: { FunctionCount: this.#functions.in(context).size },
    }),

    GetFunctionConfiguration: ({ FunctionName }: { FunctionName: string }, context: Context) =>
      this.#existing(FunctionName, context),

    GetFunction: ({ FunctionName }: { FunctionName: string }, context: Context) => ({
      Configuration: this.#existing(FunctionName, context),
      // The code is not kept in a bucket here.
      Code: { RepositoryType: 'S3' },
    }),

    // https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html
    GetPolicy: ({ FunctionName }: { FunctionName: string }, context: Context) => {
      const arn = arnOf(FunctionName, context)
      if (this.deployed(arn)) throw new UnsupportedFeature('request', `GetPolicy of ${arn}, which a template has`)
      const policy = this.policies.get(arn)
      if (!policy) throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.')
      return { Policy: JSON.stringify({ Version: '2012-10-17', ...policy }), RevisionId: 'example' }
    },

    Invoke: async ({ InvocationType: type, FunctionName, Payload }: InvocationRequest, context: Context) => {
      if (type !== undefined && type !== 'RequestResponse')
        throw new UnsupportedFeature('option', `InvocationType ${type} of Invoke`)
      const answer = this.#runnable(arnOf(FunctionName ?? '', context), context)
      const reported = { StatusCode: 200, ExecutedVersion: '$LATEST' }
      try {
        const text = new TextDecoder().decode(Payload)
        return { ...reported, Payload: bytes(await answer(text === '' ? {} : JSON.parse(text))) }
      } catch (error) {
        const { name: errorType, message: errorMessage } = error as Error
        return {
          ...reported,
          FunctionError: 'Unhandled',
          Payload: bytes({ errorType, errorMessage, trace: [] }),
        }
      }
    },
  }

  /** What answers for a function. One of another account that nobody added has no policy that lets us in. */
  #runnable(arn: string, { account, region, principal }: Context): Answer {
    const [, , , itsRegion, owner] = arn.split(':')
    if (itsRegion !== region)
      throw new AwsError(
        'ResourceNotFoundException',
        `Functions from '${itsRegion}' are not reachable in this region ('${region}')`,
      )
    const answer = this.custom.get(arn) ?? this.deployed(arn)
    if (answer) return answer
    if (owner === account) throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`)
    throw new AwsError(
      'AccessDeniedException',
      `User: ${principal.arn} is not authorized to perform: lambda:InvokeFunction on resource: ${arn} ` +
        'because no resource-based policy allows the lambda:InvokeFunction action',
      403,
    )
  }

  #existing(named: string, context: Context): Configuration {
    const found = this.#functions.in(context).get(nameOf(named))
    if (found) return found
    const arn = `arn:aws:lambda:${context.region}:${context.account}:function:${nameOf(named)}`
    throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`)
  }
}

const leastUnreserved = 100

const nameOf = (named: string) => named.split(':function:').at(-1)?.split(':')[0] ?? named

/** A function is named by its name in the caller's account, or by its ARN. */
const arnOf = (named: string, { account, region }: Context) =>
  named.startsWith('arn:')
    ? named.split(':').slice(0, 7).join(':')
    : `arn:aws:lambda:${region}:${account}:function:${nameOf(named)}`

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value ?? null))

function onFunction(action: string): PermissionsOf {
  return ({ FunctionName }, context) => [{ action: `lambda:${action}`, resource: arnOf(FunctionName, context) }]
}
