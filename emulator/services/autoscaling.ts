import type {
  Activity,
  AutoScalingGroup,
  AutoScalingGroupNamesType,
  DescribeScalingActivitiesType,
  LaunchConfiguration,
  LaunchConfigurationNamesType,
  LaunchTemplateSpecification,
  MixedInstancesPolicy,
  SetDesiredCapacityType,
} from '@aws-sdk/client-auto-scaling'
import type { RunInstancesRequest, Tag } from '@aws-sdk/client-ec2'
import type { Iam } from '../iam/iam.ts'
import { UnsupportedFeature } from '../unsupported-feature.ts'
import type { Place } from './ami-store.ts'
import type { Ec2 } from './ec2.ts'
import { clientError, groupTag, launchUses } from './instances.ts'
import { type Kms, usesThroughEc2 } from './kms.ts'
import { Partitions, pageOf } from './support.ts'
import { AwsError, type Context, type PermissionsOf, type Service, type ServiceDeps } from './types.ts'

/** A launch template by its name, and which of its versions: `$Latest`, `$Default` or a number. */
export interface NamedTemplate {
  name: string
  version?: string
}

/** A group launches from one of the three. */
export interface NewGroup extends Place {
  name: string
  launchTemplate?: NamedTemplate
  /** Several instance types, some of them perhaps from another template or AMI. */
  mixed?: {
    launchTemplate: NamedTemplate
    overrides?: { instanceType?: string; launchTemplate?: NamedTemplate; imageId?: string }[]
  }
  launchConfiguration?: string
  tags?: Record<string, string>
}

export interface NewLaunchConfiguration extends Place {
  name: string
  imageId: string
}

type Paging = { MaxRecords?: number | undefined; NextToken?: string | undefined }

/** What services of the account that Auto Scaling needs. */
interface Near {
  ec2: Ec2
  iam: Iam
  kms: Kms
}

const roleName = 'AWSServiceRoleForAutoScaling'

/**
 * EC2 Auto Scaling: groups as teams have made them. They launch when somebody sets their capacity, with the service-linked
 * role, and never by themselves.
 */
export class AutoScaling implements Service {
  readonly #activities = new Partitions<Activity[]>(() => [])
  readonly #groups = new Partitions<Map<string, AutoScalingGroup>>(() => new Map())
  readonly #configurations = new Partitions<Map<string, LaunchConfiguration>>(() => new Map())
  readonly #deps: ServiceDeps
  readonly #near: Near

  constructor(deps: ServiceDeps, near: Near) {
    this.#deps = deps
    this.#near = near
  }

  /**
   * The service-linked role: it comes with the first group of an account. Its policy has no key of the customer's in it.
   * https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-service-linked-role.html
   */
  addServiceRole(account: string): string {
    const { iam } = this.#near
    const service = 'autoscaling.amazonaws.com'
    const arn = `arn:aws:iam::${account}:role/aws-service-role/${service}/${roleName}`
    const trusted = { Effect: 'Allow' as const, Action: 'sts:AssumeRole', Principal: { Service: service } }
    const trust = { Statement: [trusted] }
    if (!iam.role(arn)) iam.addRole({ account, logicalId: roleName, name: roleName, arn, policies: [], trust })
    return arn
  }

  /** A group that a team has made. Throws an Error where the account has no such launch template. */
  add({ name, launchTemplate, mixed, launchConfiguration, tags = {}, ...place }: NewGroup): void {
    this.addServiceRole(place.account)
    this.#groups.in(place).set(name, {
      AutoScalingGroupName: name,
      AutoScalingGroupARN: this.#arn('autoScalingGroup', name, place),
      ...(launchTemplate && { LaunchTemplate: this.#specified(launchTemplate, place) }),
      ...(mixed && { MixedInstancesPolicy: this.#policy(mixed, place) }),
      ...(launchConfiguration !== undefined && { LaunchConfigurationName: launchConfiguration }),
      MinSize: 0,
      MaxSize: 10,
      DesiredCapacity: 1,
      DefaultCooldown: 300,
      HealthCheckType: 'EC2',
      AvailabilityZones: [`${place.region}a`],
      CreatedTime: this.#now(),
      Tags: Object.entries(tags).map(([Key, Value]) => ({
        Key,
        Value,
        ResourceId: name,
        ResourceType: 'auto-scaling-group',
        PropagateAtLaunch: true,
      })),
    })
  }

  addLaunchConfiguration({ name, imageId, ...place }: NewLaunchConfiguration): void {
    this.#configurations.in(place).set(name, {
      LaunchConfigurationName: name,
      ImageId: imageId,
      InstanceType: 'm7i.large',
      LaunchConfigurationARN: this.#arn('launchConfiguration', name, place),
      CreatedTime: this.#now(),
    })
  }

  readonly operations = {
    DescribeAutoScalingGroups: (input: AutoScalingGroupNamesType, context: Context) => {
      const [filter] = input.Filters ?? []
      if (filter) throw new UnsupportedFeature('filter', `${filter.Name} of DescribeAutoScalingGroups`)
      const groups = this.#groups.in(context)
      const { items, next } = paged(chosen(groups, input.AutoScalingGroupNames), input)
      return {
        AutoScalingGroups: items.map((group) => ({
          ...group,
          Instances: input.IncludeInstances === false ? [] : this.#instancesOf(group, context),
        })),
        ...next,
      }
    },

    DescribeLaunchConfigurations: (input: LaunchConfigurationNamesType, context: Context) => {
      const configurations = this.#configurations.in(context)
      const { items, next } = paged(chosen(configurations, input.LaunchConfigurationNames), input)
      return { LaunchConfigurations: items, ...next }
    },

    /** A group that is to have more launches what is missing, with its service-linked role; it never shrinks here. */
    SetDesiredCapacity: (
      { AutoScalingGroupName: name = '', DesiredCapacity = 0 }: SetDesiredCapacityType,
      context: Context,
    ) => {
      const group = this.#groups.in(context).get(name)
      if (!group)
        throw new AwsError('ValidationError', `AutoScalingGroup name not found - AutoScalingGroup ${name} not found`)
      const missing = DesiredCapacity - (this.#instancesOf(group, context) ?? []).length
      if (missing < 0) throw new UnsupportedFeature('option', 'fewer instances of SetDesiredCapacity')
      group.DesiredCapacity = DesiredCapacity
      for (let nth = 0; nth < missing; nth++) this.#activities.in(context).unshift(this.#launch(group, context))
      return {}
    },

    DescribeScalingActivities: (input: DescribeScalingActivitiesType, context: Context) => {
      const all = this.#activities.in(context)
      const { AutoScalingGroupName: name } = input
      const found = name === undefined ? all : all.filter(({ AutoScalingGroupName }) => AutoScalingGroupName === name)
      const { items, next } = paged(found, input)
      return { Activities: items, ...next }
    },
  }

  readonly permissions: Record<string, PermissionsOf> = {
    SetDesiredCapacity: ({ AutoScalingGroupName: name = '' }: SetDesiredCapacityType, context) => [
      {
        action: 'autoscaling:SetDesiredCapacity',
        resource: this.#groups.in(context).get(name)?.AutoScalingGroupARN ?? '*',
      },
    ],
  }

  /**
   * Launches an instance as the service-linked role, which may use the keys that AWS manages, and of all others those only
   * that their policy or a grant lets it use.
   * https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
   */
  #launch(group: AutoScalingGroup, { account, region }: Place): Activity {
    const { ec2, iam, kms } = this.#near
    const AutoScalingGroupName = group.AutoScalingGroupName ?? ''
    const service = iam.principalOf(this.addServiceRole(account), 'AutoScaling')
    const mayUse = (key: string) => {
      for (const permission of usesThroughEc2(key, region, launchUses)) kms.authorize(service, permission, region)
    }
    const activity = {
      ActivityId: this.#deps.random
        .fork(`activity/${account}/${region}/${this.#activities.in({ account, region }).length}`)
        .uuid(),
      AutoScalingGroupName,
      Cause: 'a user request explicitly set group desired capacity',
      StartTime: this.#now(),
      EndTime: this.#now(),
      Progress: 100,
    }
    const failed = (Description: string, StatusMessage: string): Activity => ({
      ...activity,
      Description,
      StatusMessage,
      StatusCode: 'Failed',
    })
    try {
      const Tags = [{ Key: groupTag, Value: AutoScalingGroupName }]
      const input: RunInstancesRequest = {
        ...this.#launches(group, { account, region }),
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [{ ResourceType: 'instance', Tags }],
      }
      const { instance } = ec2.instances.launchFor(input, { account, region }, mayUse)
      const Description = `Launching a new EC2 instance: ${instance.InstanceId}`
      return instance.StateReason?.Code === clientError
        ? failed(
            `${Description}.  Status Reason: ${instance.StateReason.Message}`,
            `Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: ${instance.StateReason.Message}`,
          )
        : { ...activity, Description, StatusCode: 'Successful' }
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      return failed(`Launching a new EC2 instance.  Status Reason: ${error.message}`, error.message)
    }
  }

  /** The AMI and the type that a group launches. */
  #launches(group: AutoScalingGroup, place: Place): RunInstancesRequest {
    const { LaunchTemplate, MixedInstancesPolicy: mixed, LaunchConfigurationName = '' } = group
    const template = LaunchTemplate ?? mixed?.LaunchTemplate?.LaunchTemplateSpecification
    const { LaunchTemplateId: id = '', Version: version = '$Default' } = template ?? {}
    const { ImageId, InstanceType = 'm7i.large' } = template
      ? this.#near.ec2.launchTemplates.launches(id, version, place)
      : (this.#configurations.in(place).get(LaunchConfigurationName) ?? {})
    return { ImageId, InstanceType: InstanceType as RunInstancesRequest['InstanceType'], MinCount: 1, MaxCount: 1 }
  }

  #policy({ launchTemplate, overrides = [] }: NonNullable<NewGroup['mixed']>, place: Place): MixedInstancesPolicy {
    return {
      LaunchTemplate: {
        LaunchTemplateSpecification: this.#specified(launchTemplate, place),
        Overrides: overrides.map(({ instanceType, launchTemplate: other, imageId }) => ({
          ...(instanceType !== undefined && { InstanceType: instanceType }),
          ...(other && { LaunchTemplateSpecification: this.#specified(other, place) }),
          ...(imageId !== undefined && { ImageId: imageId }),
        })),
      },
    }
  }

  #specified({ name, version = '$Default' }: NamedTemplate, place: Place): LaunchTemplateSpecification {
    const template = this.#near.ec2.launchTemplates.find(name, place)
    if (!template) throw new Error(`account ${place.account} has no launch template ${name} in ${place.region}`)
    return { LaunchTemplateId: template.id, LaunchTemplateName: name, Version: version }
  }

  #instancesOf(group: AutoScalingGroup, place: Place): AutoScalingGroup['Instances'] {
    const { LaunchConfigurationName, MixedInstancesPolicy: mixed } = group
    const LaunchTemplate = group.LaunchTemplate ?? mixed?.LaunchTemplate?.LaunchTemplateSpecification
    return this.#near.ec2.instances
      .in(place)
      .map(({ instance }) => instance)
      .filter(({ State, Tags }) => State.Name !== 'terminated' && nameIn(Tags) === group.AutoScalingGroupName)
      .map(({ InstanceId, InstanceType, Placement }) => ({
        InstanceId,
        InstanceType,
        AvailabilityZone: Placement?.AvailabilityZone,
        LifecycleState: 'InService',
        HealthStatus: 'Healthy',
        ProtectedFromScaleIn: false,
        ...(LaunchTemplate && { LaunchTemplate }),
        ...(LaunchConfigurationName !== undefined && { LaunchConfigurationName }),
      }))
  }

  #arn(type: string, name: string, { account, region }: Place): string {
    const id = this.#deps.random.fork(`${type}/${account}/${region}/${name}`).uuid()
    return `arn:aws:autoscaling:${region}:${account}:${type}:${id}:${type}Name/${name}`
  }

  #now(): Date {
    return new Date(this.#deps.clock.now())
  }
}

const nameIn = (tags: Tag[] = []) => tags.find(({ Key }) => Key === groupTag)?.Value

/** Names of nothing are no error: they are left out. */
const chosen = <T>(all: Map<string, T>, names: string[] = []): T[] =>
  names.length === 0 ? [...all.values()] : names.flatMap((name) => all.get(name) ?? [])

/** 50 a page where no size is given, 100 at the most. */
function paged<T>(all: T[], { MaxRecords: size = 50, NextToken: token }: Paging) {
  const { items, next } = pageOf(all, { size, token, most: 100, invalidToken: 'InvalidNextToken' })
  return { items, next: next === undefined ? {} : { NextToken: next } }
}
