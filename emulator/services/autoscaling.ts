import type {
  AutoScalingGroup,
  AutoScalingGroupNamesType,
  LaunchConfiguration,
  LaunchConfigurationNamesType,
  LaunchTemplateSpecification,
  MixedInstancesPolicy,
} from '@aws-sdk/client-auto-scaling'
import type { Tag } from '@aws-sdk/client-ec2'
import { UnsupportedFeature } from '../unsupported-feature.ts'
import type { Place } from './ami-store.ts'
import type { Ec2 } from './ec2.ts'
import { groupTag } from './instances.ts'
import { Partitions, pageOf } from './support.ts'
import type { Context, Service, ServiceDeps } from './types.ts'

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

/** EC2 Auto Scaling: groups as teams have made them. They launch nothing here; their instances are EC2's that say so. */
export class AutoScaling implements Service {
  readonly #groups = new Partitions<Map<string, AutoScalingGroup>>(() => new Map())
  readonly #configurations = new Partitions<Map<string, LaunchConfiguration>>(() => new Map())
  readonly #deps: ServiceDeps
  readonly #ec2: Ec2

  constructor(deps: ServiceDeps, ec2: Ec2) {
    this.#deps = deps
    this.#ec2 = ec2
  }

  /** A group that a team has made. Throws an Error where the account has no such launch template. */
  add({ name, launchTemplate, mixed, launchConfiguration, tags = {}, ...place }: NewGroup): void {
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
    const template = this.#ec2.launchTemplates.find(name, place)
    if (!template) throw new Error(`account ${place.account} has no launch template ${name} in ${place.region}`)
    return { LaunchTemplateId: template.id, LaunchTemplateName: name, Version: version }
  }

  #instancesOf(group: AutoScalingGroup, place: Place): AutoScalingGroup['Instances'] {
    const { LaunchConfigurationName, MixedInstancesPolicy: mixed } = group
    const LaunchTemplate = group.LaunchTemplate ?? mixed?.LaunchTemplate?.LaunchTemplateSpecification
    return this.#ec2.instances
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
