import type {
  CreateLaunchTemplateVersionRequest,
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplateVersionsRequest,
  LaunchTemplateVersion,
  ModifyLaunchTemplateRequest,
  RequestLaunchTemplateData,
  ResponseLaunchTemplateData,
} from '@aws-sdk/client-ec2'
import { UnsupportedFeature } from '../unsupported-feature.ts'
import { resourceTags } from './ec2-permissions.ts'
import { ClientTokens, Partitions, pageOf } from './support.ts'
import { AwsError, type Context, type PermissionsOf, type ServiceDeps } from './types.ts'

interface Place {
  account: string
  region: string
}

export interface NewLaunchTemplate extends Place {
  name: string
  data?: RequestLaunchTemplateData
  tags?: Record<string, string>
}

/** A launch template with all of its versions, oldest first. */
export interface LaunchTemplate extends Place {
  id: string
  name: string
  created: Date
  default: number
  versions: (LaunchTemplateVersion & { VersionNumber: number })[]
  tags: Record<string, string>
}

/** What templates know of the rest of the account. */
interface Near {
  mayUse: (ami: string, place: Place) => boolean
  /** The AMI that a parameter names, as `/name` or `/name:version`. */
  parameter: (named: string, place: Place) => string | undefined
}

/** How a request names a template: by the one or by the other. */
interface Named {
  LaunchTemplateId?: string | undefined
  LaunchTemplateName?: string | undefined
}

const versionNotFound = (version: string, { id }: LaunchTemplate) =>
  new AwsError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${version} for the launch template with ID ${id}.`,
  )

/** EC2's launch templates. */
export class LaunchTemplates {
  readonly #kept = new Partitions<Map<string, LaunchTemplate>>(() => new Map())
  readonly #tokens = new ClientTokens('IdempotentParameterMismatch')
  readonly #deps: ServiceDeps
  readonly #near: Near

  constructor(deps: ServiceDeps, near: Near) {
    this.#deps = deps
    this.#near = near
  }

  /** A template that a team has made; its first version is its default. */
  add({ name, data = {}, tags = {}, ...place }: NewLaunchTemplate): LaunchTemplate {
    const { random, clock } = this.#deps
    const id = `lt-0${random.fork(`launch-template/${place.account}/${place.region}/${name}`).hex(16)}`
    const created = new Date(clock.now())
    const template: LaunchTemplate = { ...place, id, name, created, default: 1, versions: [], tags }
    this.#kept.in(place).set(name, template)
    this.#addVersion(template, data, `arn:aws:iam::${place.account}:user/operator`)
    return template
  }

  /** The template, no matter who asks. */
  find(name: string, place: Place): LaunchTemplate | undefined {
    return this.#kept.in(place).get(name)
  }

  /** What a version of a template launches now, with its AMI's id. @throws AwsError for a version or a parameter that is not there */
  launches(id: string, version: string, place: Place): ResponseLaunchTemplateData {
    const template = this.#named({ LaunchTemplateId: id }, place)
    return this.#resolved(this.#version(template, version), place).LaunchTemplateData ?? {}
  }

  readonly operations = {
    DescribeLaunchTemplates: (input: DescribeLaunchTemplatesRequest, context: Context) => {
      const { LaunchTemplateNames: names = [], LaunchTemplateIds: ids = [], Filters: filters = [] } = input
      const [filter] = filters
      if (filter) throw new UnsupportedFeature('filter', `${filter.Name} of DescribeLaunchTemplates`)
      const named = [
        ...ids.map((id) => this.#named({ LaunchTemplateId: id }, context)),
        ...names.map((name) => this.#named({ LaunchTemplateName: name }, context)),
      ]
      const page = paged(named.length > 0 ? named : [...this.#kept.in(context).values()], input)
      return { LaunchTemplates: page.items.map(reported), ...page.next }
    },

    DescribeLaunchTemplateVersions: (input: DescribeLaunchTemplateVersionsRequest, context: Context) => {
      const chosen = this.#chosenVersions(input, context)
      // https://github.com/wata727/packer-plugin-amazon-ami-management/pull/431
      if (input.ResolveAlias && chosen.length !== 1)
        throw new AwsError('InvalidParameterCombination', 'ResolveAlias is for a single version of a template')
      const { items, next } = paged(chosen, input)
      return {
        LaunchTemplateVersions: input.ResolveAlias ? items.map((version) => this.#resolved(version, context)) : items,
        ...next,
      }
    },

    CreateLaunchTemplateVersion: (input: CreateLaunchTemplateVersionRequest, context: Context) =>
      this.#once('CreateLaunchTemplateVersion', input, context, () => {
        const template = this.#named(input, context)
        const { SourceVersion: source } = input
        const { LaunchTemplateData: inherited } = source ? this.#version(template, source) : {}
        const data = { ...inherited, ...input.LaunchTemplateData }
        const { arn } = context.principal
        const version = this.#addVersion(template, data, arn, input.VersionDescription)
        return { LaunchTemplateVersion: version, ...this.#warning(data.ImageId, template) }
      }),

    ModifyLaunchTemplate: (input: ModifyLaunchTemplateRequest, context: Context) =>
      this.#once('ModifyLaunchTemplate', input, context, () => {
        const template = this.#named(input, context)
        const { DefaultVersion: version } = input
        if (version !== undefined) template.default = this.#version(template, version).VersionNumber
        return { LaunchTemplate: reported(template) }
      }),
  }

  readonly permissions: Record<string, PermissionsOf> = {
    DescribeLaunchTemplateVersions: (input: DescribeLaunchTemplateVersionsRequest) => [
      { action: 'ec2:DescribeLaunchTemplateVersions', resource: '*' },
      // Who has a parameter resolved must be able to read it.
      // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-launch-template.html
      ...(input.ResolveAlias ? [{ action: 'ssm:GetParameters' }] : []),
    ],
    CreateLaunchTemplateVersion: (input: Named, context) =>
      this.#permission('CreateLaunchTemplateVersion', input, context),
    ModifyLaunchTemplate: (input: Named, context) => this.#permission('ModifyLaunchTemplate', input, context),
  }

  /** Tags of the template are there for conditions; where there is no such template, the right for any will do. */
  #permission(action: string, named: Named, context: Context) {
    const template = this.#find(named, context)
    if (!template) return [{ action: `ec2:${action}` }]
    const { account, region, id, tags } = template
    const resource = `arn:aws:ec2:${region}:${account}:launch-template/${id}`
    const asTags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
    return [{ action: `ec2:${action}`, resource, context: resourceTags(asTags) }]
  }

  #once<I extends { ClientToken?: string | undefined }, T>(
    operation: string,
    input: I,
    { account, region }: Context,
    act: () => T,
  ): T {
    const { ClientToken: clientToken } = input
    if (clientToken === undefined) return act()
    return this.#tokens.once(`${operation}/${account}/${region}`, { ...input, clientToken }, act)
  }

  #find({ LaunchTemplateId: id, LaunchTemplateName: name }: Named, place: Place): LaunchTemplate | undefined {
    if (name !== undefined) return this.#kept.in(place).get(name)
    return [...this.#kept.in(place).values()].find((each) => each.id === id)
  }

  #named(named: Named, place: Place): LaunchTemplate {
    const { LaunchTemplateId: id, LaunchTemplateName: name } = named
    if ((id === undefined) === (name === undefined)) {
      const reported = 'Either LaunchTemplateName or LaunchTemplateId must be specified, and not both'
      throw new AwsError(id === undefined ? 'MissingParameter' : 'InvalidParameterCombination', reported)
    }
    const found = this.#find(named, place)
    if (found) return found
    throw name === undefined
      ? new AwsError(
          'InvalidLaunchTemplateId.NotFound',
          `The specified launch template, with template ID ${id}, does not exist.`,
        )
      : new AwsError(
          'InvalidLaunchTemplateName.NotFoundException',
          `The specified launch template, with template name ${name}, does not exist.`,
        )
  }

  #version(template: LaunchTemplate, named: string): LaunchTemplate['versions'][number] {
    const number =
      named === '$Latest' ? template.versions.length : named === '$Default' ? template.default : Number(named)
    const found = template.versions.find(({ VersionNumber }) => VersionNumber === number)
    if (!found) throw versionNotFound(named, template)
    return { ...found, DefaultVersion: number === template.default }
  }

  /** The newest first. Without a template these are the newest or default ones of all. */
  #chosenVersions(input: DescribeLaunchTemplateVersionsRequest, place: Place): LaunchTemplateVersion[] {
    const { LaunchTemplateId: id, LaunchTemplateName: name, Versions: wanted = [] } = input
    const [filter] = input.Filters ?? []
    if (filter) throw new UnsupportedFeature('filter', `${filter.Name} of DescribeLaunchTemplateVersions`)
    if (id === undefined && name === undefined) {
      if (wanted.length === 0 || wanted.some((each) => !['$Latest', '$Default'].includes(each)))
        throw new AwsError('InvalidParameterValue', 'Without a launch template: $Latest or $Default.')
      return [...this.#kept.in(place).values()].flatMap((each) => wanted.map((version) => this.#version(each, version)))
    }
    const template = this.#named(input, place)
    if (wanted.length > 0) return wanted.map((version) => this.#version(template, version))
    const [from, to] = [Number(input.MinVersion ?? 1), Number(input.MaxVersion ?? Number.MAX_SAFE_INTEGER)]
    return template.versions
      .filter(({ VersionNumber }) => VersionNumber >= from && VersionNumber <= to)
      .map(({ VersionNumber }) => this.#version(template, `${VersionNumber}`))
      .reverse()
  }

  #addVersion(template: LaunchTemplate, data: object, by: string, described?: string): LaunchTemplateVersion {
    const version = {
      LaunchTemplateId: template.id,
      LaunchTemplateName: template.name,
      VersionNumber: template.versions.length + 1,
      ...(described === undefined ? {} : { VersionDescription: described }),
      CreateTime: new Date(this.#deps.clock.now()),
      CreatedBy: by,
      // A request's data and an answer's have the same members.
      LaunchTemplateData: data as ResponseLaunchTemplateData,
    }
    template.versions.push(version)
    return this.#version(template, '$Latest')
  }

  /** With the AMI where the version names a parameter. */
  #resolved(version: LaunchTemplateVersion, place: Place): LaunchTemplateVersion {
    const { LaunchTemplateData: data } = version
    const named = data?.ImageId?.match(/^resolve:ssm:(.+)$/)?.[1]
    if (named === undefined) return version
    const ami = this.#near.parameter(named, place)
    if (ami === undefined)
      throw new AwsError('SsmInvalidParameter', `The parameter ${named} is not there or names no AMI`)
    return { ...version, LaunchTemplateData: { ...data, ImageId: ami } }
  }

  /** What is wrong in a version is no error: the version is made, and a warning tells of it. */
  #warning(ami: string | undefined, place: Place) {
    if (!ami?.startsWith('ami-') || this.#near.mayUse(ami, place)) return {}
    const Message = `The image id '[${ami}]' does not exist`
    return { Warning: { Errors: [{ Code: 'InvalidAMIID.NotFound', Message }] } }
  }
}

/** A template as DescribeLaunchTemplates has it. */
const reported = ({ id, name, created, versions, tags, ...template }: LaunchTemplate) => ({
  LaunchTemplateId: id,
  LaunchTemplateName: name,
  CreateTime: created,
  CreatedBy: versions[0]?.CreatedBy,
  DefaultVersionNumber: template.default,
  LatestVersionNumber: versions.length,
  Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
})

function paged<T>(
  all: T[],
  { MaxResults: size, NextToken: token }: { MaxResults?: number | undefined; NextToken?: string | undefined },
) {
  const { items, next } = pageOf(all, { size, token, most: 200, invalidToken: 'InvalidNextToken' })
  return { items, next: next === undefined ? {} : { NextToken: next } }
}
