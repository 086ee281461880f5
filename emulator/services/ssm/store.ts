import type { ParameterType, PutParameterRequest } from '@aws-sdk/client-ssm'
import { Partitions } from '../support.ts'
import { AwsError, type ServiceDeps } from '../types.ts'

export interface Place {
  account: string
  region: string
}

export interface Version {
  value: string
  version: number
  type: ParameterType
  dataType: string
  /** What encrypts a SecureString: a key's id, alias or ARN. */
  key: string | undefined
  labels: Set<string>
  description: string | undefined
  modified: Date
  /** From when answers show it, epoch milliseconds. */
  shownFrom: number
  by: string
}

export interface Parameter {
  name: string
  arn: string
  versions: [Version, ...Version[]]
  tags: Map<string, string>
}

/**
 * Versions that a parameter keeps.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html
 */
export const mostVersions = 100

/** Public parameters are AWS's own, the same ones for every account: no account is in their ARNs. */
const ownerOf = (name: string, { account, region }: Place): Place => ({
  account: name.startsWith('/aws/service/') ? '' : account,
  region,
})

export const arnOf = (name: string, place: Place) => {
  const { account, region } = ownerOf(name, place)
  return `arn:aws:ssm:${region}:${account}:parameter/${name.replace(/^\//, '')}`
}

export const last = ({ versions }: Parameter): Version => versions.at(-1) ?? versions[0]

/** The key of a SecureString for which nobody names one. */
export const defaultKey = 'alias/aws/ssm'

/** The version that answers show at a time; undefined where they do not show the parameter yet. */
export const shown = ({ versions }: Parameter, now: Date): Version | undefined =>
  versions.findLast(({ shownFrom }) => shownFrom <= now.getTime())

/** The parameters of all accounts; each change is an event on the account's default bus. */
export class Parameters {
  readonly #parameters = new Partitions<Map<string, Parameter>>(() => new Map())
  readonly #deps: ServiceDeps

  constructor(deps: ServiceDeps) {
    this.#deps = deps
  }

  find(name: string, place: Place): Parameter | undefined {
    return this.#parameters.in(ownerOf(name, place)).get(name)
  }

  /** @throws AwsError ParameterNotFound */
  get(name: string, place: Place): Parameter {
    const found = this.find(name, place)
    if (!found) throw new AwsError('ParameterNotFound', `Parameter ${name} not found.`)
    return found
  }

  /** In the order of their names: an account's own, or under a public path those of AWS. */
  list(place: Place, path = '/'): Parameter[] {
    return [...this.#parameters.in(ownerOf(path, place)).values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** @param late milliseconds until answers show it */
  store(input: PutParameterRequest, place: Place, by: string, { unannounced = false, late = 0 } = {}): void {
    const name = input.Name ?? ''
    const existing = this.find(name, place)
    const before = existing && last(existing)
    const type = input.Type ?? before?.type ?? 'String'
    const now = this.#deps.clock.now()
    const version: Version = {
      value: input.Value ?? '',
      version: (before?.version ?? 0) + 1,
      by,
      type,
      key: type === 'SecureString' ? (input.KeyId ?? before?.key ?? defaultKey) : undefined,
      dataType: input.DataType ?? before?.dataType ?? 'text',
      labels: new Set(),
      description: input.Description ?? before?.description,
      modified: new Date(now),
      shownFrom: now + late,
    }
    const parameter = existing ?? { name, arn: arnOf(name, place), versions: [version], tags: new Map() }
    if (existing) existing.versions.push(version)
    if (parameter.versions.length > mostVersions) parameter.versions.shift()
    for (const { Key, Value } of input.Tags ?? []) parameter.tags.set(Key ?? '', Value ?? '')
    this.#parameters.in(ownerOf(name, place)).set(name, parameter)
    const isPublic = ownerOf(name, place).account === ''
    if (!unannounced && !isPublic) this.#announce(existing ? 'Update' : 'Create', parameter, place)
  }

  remove(parameter: Parameter, place: Place, { unannounced = false } = {}): void {
    this.#parameters.in(place).delete(parameter.name)
    if (!unannounced) this.#announce('Delete', parameter, place)
  }

  #announce(operation: string, parameter: Parameter, { account, region }: Place): void {
    const { type, description = '' } = last(parameter)
    this.#deps.emit({
      source: 'aws.ssm',
      detailType: 'Parameter Store Change',
      account,
      region,
      resources: [parameter.arn],
      detail: { operation, name: parameter.name, type, description },
    })
  }
}
