import type { FunctionConfiguration } from '@aws-sdk/client-lambda'
import { Partitions, pageOf } from '../support.ts'
import { AwsError, type Context, type PermissionsOf, type Service } from '../types.ts'

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
  /** Virtual time of the last change. */
  modified: Date
}

type Configuration = FunctionConfiguration & { FunctionName: string }

/** What an operator asks about functions; running them is the world's work. */
export class Lambda implements Service {
  readonly #functions = new Partitions<Map<string, Configuration>>(() => new Map())

  addFunction(o: NewFunction): void {
    this.#functions.in(o).set(o.name, {
      ...{ FunctionName: o.name, FunctionArn: `arn:aws:lambda:${o.region}:${o.account}:function:${o.name}` },
      ...{
        Runtime: (o.runtime ?? 'nodejs24.x') as 'nodejs24.x',
        Role: o.roleArn,
        Handler: o.handler ?? 'index.handler',
      },
      ...{
        CodeSize: 0,
        Description: o.description ?? '',
        Timeout: o.timeout ?? 3,
        MemorySize: o.memory ?? 128,
      },
      ...{
        LastModified: o.modified.toISOString().replace('Z', '+0000'),
        Version: '$LATEST',
        PackageType: 'Zip',
      },
      ...{ State: 'Active', LastUpdateStatus: 'Successful', Architectures: [o.architecture ?? 'x86_64'] },
      ...{ TracingConfig: { Mode: 'Active' }, EphemeralStorage: { Size: 512 } },
      ...(o.environment ? { Environment: { Variables: o.environment } } : {}),
    })
  }

  readonly permissions: Record<string, PermissionsOf> = {
    GetFunction: onFunction('GetFunction'),
    GetFunctionConfiguration: onFunction('GetFunctionConfiguration'),
  }

  readonly operations = {
    ListFunctions: (input: { MaxItems?: number; Marker?: string }, context: Context) => {
      const all = [...this.#functions.in(context).values()].sort((a, b) =>
        a.FunctionName < b.FunctionName ? -1 : 1,
      )
      const page = pageOf(all, {
        ...{
          size: input.MaxItems,
          token: input.Marker,
          most: 50,
          invalidToken: 'InvalidParameterValueException',
        },
      })
      return { Functions: page.items, ...(page.next === undefined ? {} : { NextMarker: page.next }) }
    },

    GetFunctionConfiguration: ({ FunctionName }: { FunctionName: string }, context: Context) =>
      this.#existing(FunctionName, context),

    GetFunction: ({ FunctionName }: { FunctionName: string }, context: Context) => ({
      Configuration: this.#existing(FunctionName, context),
      // The code is not kept in a bucket here.
      Code: { RepositoryType: 'S3' },
    }),
  }

  #existing(named: string, context: Context): Configuration {
    const found = this.#functions.in(context).get(nameOf(named))
    if (found) return found
    const arn = `arn:aws:lambda:${context.region}:${context.account}:function:${nameOf(named)}`
    throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`)
  }
}

const nameOf = (named: string) => named.split(':function:').at(-1)?.split(':')[0] ?? named

function onFunction(action: string): PermissionsOf {
  return ({ FunctionName }, { account, region }) => [
    {
      action: `lambda:${action}`,
      resource: `arn:aws:lambda:${region}:${account}:function:${nameOf(FunctionName)}`,
    },
  ]
}
