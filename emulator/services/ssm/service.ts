import type {
  DescribeParametersRequest,
  GetParametersByPathRequest,
  LabelParameterVersionRequest,
  ParameterType,
  PutParameterRequest,
  Tag,
} from '@aws-sdk/client-ssm'
import { UnsupportedFeature } from '../../unsupported-feature.ts'
import type { Ec2 } from '../ec2.ts'
import { pageOf } from '../support.ts'
import { AwsError, type Context, type Service, type ServiceDeps } from '../types.ts'
import type { AutomationHost } from './automation-runner.ts'
import { Automations } from './automations.ts'
import { type CommandOutcome, Commands, type CommandTarget } from './commands.ts'
import { type Document, Documents } from './documents.ts'
import { permissions } from './permissions.ts'
import { checkLabels, checkPut, dataTypeOf, invalidLabels } from './rules.ts'
import { arnOf, last, type Parameter, Parameters, type Place, shown, type Version } from './store.ts'

interface Paging {
  MaxResults?: number | undefined
  NextToken?: string | undefined
}

/** Systems Manager: Parameter Store, and some of Automation and Run Command. */
export class Ssm implements Service {
  /** How a command on an instance goes. */
  commandOutcome: (target: CommandTarget) => CommandOutcome = () => ({})
  /** Who runs the steps of runbooks. Set by the emulator. */
  host: AutomationHost | undefined
  readonly permissions: NonNullable<Service['permissions']>
  readonly operations: Service['operations']
  readonly #parameters: Parameters
  readonly #documents = new Documents()
  readonly #ec2: Ec2
  readonly #deps: ServiceDeps

  constructor(deps: ServiceDeps, ec2: Ec2) {
    this.#parameters = new Parameters(deps)
    this.#ec2 = ec2
    this.#deps = deps
    const host = () => {
      if (!this.host) throw new Error('nobody runs automations here')
      return this.host
    }
    const documents = this.#documents
    const automations = new Automations(deps, { documents, host })
    const commands = new Commands(deps, {
      ec2,
      documents,
      iam: () => host().iam,
      outcomeOf: (target: CommandTarget) => this.commandOutcome(target),
    })
    const find = (named: string, place: Place) => this.#parameters.find(named.replace(/:.*$/, ''), place)
    this.permissions = { ...permissions(find), ...automations.permissions, ...commands.permissions }
    this.operations = { ...this.#ofParameters, ...automations.operations, ...commands.operations }
  }

  /** @throws AwsError InvalidDocumentContent */
  addDocument(place: Place, document: Document): void {
    this.#documents.add(place, document)
  }

  removeDocument(place: Place, name: string): void {
    this.#documents.remove(place, name)
  }

  /** A parameter's value; undefined where the account has none of that name in that region. */
  valueOf(name: string, place: Place): string | undefined {
    const found = this.#parameters.find(name, place)
    return found && last(found).value
  }

  /** The AMI that a parameter names to EC2, by its name, with a version or without; undefined where it names none. */
  imageIn(named: string, place: Place): string | undefined {
    const found = this.#lookUp(named, place, last)
    const isPublic = named.startsWith('/aws/service/')
    return isPublic || found?.DataType === 'aws:ec2:image' ? found?.Value : undefined
  }

  /**
   * Puts a parameter there without anybody's call: what a template gives, or AWS itself as a public one. Its event
   * follows, unless it is `unannounced` since somebody else tells.
   */
  seed(
    place: Place,
    parameter: {
      name: string
      value: string
      type?: ParameterType
      description?: string
      dataType?: 'text' | 'aws:ec2:image'
      unannounced?: boolean
    },
  ): void {
    const { name, value, type = 'String', description, dataType, unannounced = false } = parameter
    const input = { Name: name, Value: value, Type: type, Description: description, DataType: dataType }
    this.#parameters.store(input, place, `arn:aws:iam::${place.account}:root`, { unannounced })
  }

  /** Takes a parameter away; somebody else tells. */
  forget(place: Place, name: string): void {
    const parameter = this.#parameters.find(name, place)
    if (parameter) this.#parameters.remove(parameter, place, { unannounced: true })
  }

  readonly #ofParameters = {
    PutParameter: (input: PutParameterRequest, context: Context) => {
      const existing = this.#parameters.find(input.Name ?? '', context)
      const before = existing && last(existing)
      const isStrict = this.#deps.isStrict('omitted-data-type')
      checkPut(input, existing, isStrict)
      // An AMI id is checked after the answer: a wrong one, or a disabled AMI's, is not stored, though the call succeeded.
      // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
      const dataType = dataTypeOf(input, before, isStrict)
      if (dataType !== 'aws:ec2:image' || this.#ec2.usable(input.Value ?? '', context)) {
        const { account, region, now } = context
        const about = {
          kind: 'parameter',
          name: input.Name ?? '',
          dataType: dataType ?? 'text',
          account,
          region,
        } as const
        const ahead = now.getTime() - this.#deps.clock.now()
        const late = ahead + this.#deps.lateBy(about)
        this.#parameters.store({ ...input, DataType: dataType }, context, context.principal.arn, { late })
      }
      return { Version: (before?.version ?? 0) + 1, Tier: 'Standard' as const }
    },

    GetParameter: ({ Name }: { Name: string }, context: Context) => {
      const parameter = this.#lookUp(Name, context, (each) => shown(each, context.now))
      if (!parameter) throw new AwsError('ParameterNotFound', `Parameter ${Name} not found.`)
      return { Parameter: parameter }
    },

    GetParameters: ({ Names }: { Names: string[] }, context: Context) => {
      const found = Names.map((name) => ({
        name,
        parameter: this.#lookUp(name, context, (each) => shown(each, context.now)),
      }))
      const invalid = found.flatMap(({ name, parameter }) => (parameter ? [] : [name]))
      return {
        Parameters: found.flatMap(({ parameter }) => (parameter ? [parameter] : [])),
        // The model has no empty list here.
        ...(invalid.length > 0 && { InvalidParameters: invalid }),
      }
    },

    GetParametersByPath: (input: GetParametersByPathRequest, context: Context) => {
      const prefix = (input.Path ?? '/').replace(/\/?$/, '/')
      const under = this.#parameters
        .list(context, prefix)
        .filter(({ name }) => name.startsWith(prefix))
        .filter(({ name }) => input.Recursive || !name.slice(prefix.length).includes('/'))
      const page = paged(under, input, 10)
      return { Parameters: page.items.map((each) => reported(each, last(each))), ...page.next }
    },

    DescribeParameters: (input: DescribeParametersRequest, context: Context) => {
      const page = paged(chosenBy(input, this.#parameters.list(context)), input, 50)
      const described = page.items.map((each) => ({ ...reportedWithoutValue(each, last(each)), ARN: each.arn }))
      return { Parameters: described, ...page.next }
    },

    GetParameterHistory: (input: { Name: string } & Paging, context: Context) => {
      const parameter = this.#parameters.get(input.Name, context)
      const page = paged(parameter.versions, input, 50)
      const versions = page.items.map((version) => ({
        ...reportedWithoutValue(parameter, version),
        Value: version.value,
        // The model has no empty list here.
        ...(version.labels.size > 0 && { Labels: [...version.labels] }),
      }))
      return { Parameters: versions, ...page.next }
    },

    LabelParameterVersion: (input: LabelParameterVersionRequest, context: Context) => {
      const parameter = this.#parameters.get(input.Name ?? '', context)
      const wanted = input.ParameterVersion ?? last(parameter).version
      const version = parameter.versions.find((each) => each.version === wanted)
      if (!version)
        throw new AwsError(
          'ParameterVersionNotFound',
          `Systems Manager could not find version ${wanted} of ${input.Name}.`,
        )
      const { Labels = [] } = input
      const InvalidLabels = invalidLabels(Labels)
      const labels = Labels.filter((label) => !InvalidLabels.includes(label))
      checkLabels(version, labels)
      // A label is on one version: it moves.
      for (const each of parameter.versions) for (const label of labels) each.labels.delete(label)
      for (const label of labels) version.labels.add(label)
      return { ...(InvalidLabels.length > 0 && { InvalidLabels }), ParameterVersion: wanted }
    },

    DeleteParameter: ({ Name }: { Name: string }, context: Context) => {
      this.#parameters.remove(this.#parameters.get(Name, context), context)
      return {}
    },

    AddTagsToResource: ({ ResourceId, Tags }: { ResourceId: string; Tags: Tag[] }, context: Context) => {
      const { tags } = this.#parameters.get(ResourceId, context)
      for (const { Key, Value } of Tags) tags.set(Key ?? '', Value ?? '')
      return {}
    },

    ListTagsForResource: ({ ResourceId }: { ResourceId: string }, context: Context) => ({
      TagList: [...this.#parameters.get(ResourceId, context).tags].map(([Key, Value]) => ({ Key, Value })),
    }),
  }

  /** A parameter by its name or ARN, and where it is given its version: `/name:3`. */
  #lookUp(wanted: string, context: Place, latest: (parameter: Parameter) => Version | undefined) {
    const [path = '', selector] = wanted.replace(/^arn:[^/]+:parameter/, '').split(':')
    const parameter = this.#parameters.find(path, context) ?? this.#parameters.find(path.slice(1), context)
    if (!parameter || (wanted.startsWith('arn:') && arnOf(parameter.name, context) !== wanted)) return undefined
    const newest = latest(parameter)
    if (selector === undefined) return newest && reported(parameter, newest)
    const version = parameter.versions.find((each) => `${each.version}` === selector || each.labels.has(selector))
    if (version) return { ...reported(parameter, version), Selector: `:${selector}` }
    const message = `Systems Manager could not find version ${selector} of ${path}.`
    throw new AwsError('ParameterVersionNotFound', message)
  }
}

function chosenBy({ ParameterFilters: filters = [] }: DescribeParametersRequest, all: Parameter[]): Parameter[] {
  return all.filter((parameter) =>
    filters.every(({ Key: key, Option: option = 'Equals', Values: values = [] }) => {
      const { name } = parameter
      if (key === 'Type') return values.includes(last(parameter).type)
      if (key !== 'Name') throw new UnsupportedFeature('filter', `${key} of DescribeParameters`)
      if (option === 'BeginsWith') return values.some((value) => name.startsWith(value))
      return option === 'Contains' ? values.some((value) => name.includes(value)) : values.includes(name)
    }),
  )
}

function paged<T>(items: T[], { MaxResults: size, NextToken: token }: Paging, most: number) {
  const page = pageOf(items, { size, token, most, invalidToken: 'InvalidNextToken' })
  return { items: page.items, next: page.next === undefined ? {} : { NextToken: page.next } }
}

const reported = ({ name, arn }: Parameter, { type, value, version, modified, dataType }: Version) => ({
  Name: name,
  Type: type,
  Value: value,
  Version: version,
  LastModifiedDate: modified,
  ARN: arn,
  DataType: dataType,
})

const reportedWithoutValue = (
  { name }: Parameter,
  { type, version, modified, dataType, by, description }: Version,
) => ({
  Name: name,
  Type: type,
  Version: version,
  LastModifiedDate: modified,
  DataType: dataType,
  LastModifiedUser: by,
  Description: description,
  Tier: 'Standard' as const,
  Policies: [],
})
