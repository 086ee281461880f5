import type {
  DescribeInstanceStatusRequest,
  DescribeInstancesRequest,
  Filter,
  Instance,
  InstanceStateName,
  RunInstancesRequest,
  Tag,
} from '@aws-sdk/client-ec2'
import { glob } from '../matching/glob.ts'
import { unavailable } from './ami-lifecycle.ts'
import { notFound } from './ami-queries.ts'
import type { Ami } from './ami-store.ts'
import { matchesTags } from './ec2-answers.ts'
import { resourceTags, tagContext } from './ec2-permissions.ts'
import { architectureOf } from './instance-types.ts'
import { usesThroughEc2 } from './kms.ts'
import type { Subnets } from './subnets.ts'
import { Partitions, pageOf } from './support.ts'
import { AwsError, type Context, type Permission, type PermissionsOf, type ServiceDeps } from './types.ts'

interface Place {
  account: string
  region: string
}

export interface InstanceProfile {
  account: string
  name: string
  arn: string
  roleArn: string
}

/** An instance, and what EC2 does not tell of it. */
export interface LaunchedInstance extends Place {
  instance: Instance & { InstanceId: string; State: { Name: InstanceStateName; Code: number } }
  profile: InstanceProfile | undefined
  /** Epoch milliseconds; undefined until then. */
  runningSince?: number
  /** Takes back what the instance would do later. */
  later: (() => void)[]
}

export interface NewInstance extends Place {
  imageId: string
  tags?: Record<string, string>
  /** The name of its Auto Scaling group. */
  asg?: string
  /** The service that manages it: `eks.amazonaws.com`. */
  managedBy?: string
}

/** How an instance says which Auto Scaling group it is in. */
export const groupTag = 'aws:autoscaling:groupName'

const codes: Partial<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopped: 80,
}
/** What EC2 says of an instance that it could not attach its encrypted volumes to. */
export const clientError = 'Client.InternalError'
/** Seconds. */
const startsFor = 20
const shutsDownFor = 30

/** What launches know of the rest of EC2. */
interface Near {
  /** The AMI, where the account may see it. */
  amiOf: (id: string, place: Place) => Ami | undefined
  /** The ARNs of the keys that it takes to launch it there. */
  keysFor: (ami: Ami, place: Place) => string[]
  subnets: Pick<Subnets, 'zoneOf' | 'mustOffer'>
}

/** EC2's instances. Build instances live inside Image Builder, which nobody looks into here. */
export class Instances {
  /** Whether EC2 has a free instance of a type in an Availability Zone. Set by the world. */
  hasCapacity: (type: string, zone: string) => boolean = () => true
  readonly #kept = new Partitions<Map<string, LaunchedInstance>>(() => new Map())
  readonly #profiles = new Map<string, InstanceProfile>()
  readonly #deps: ServiceDeps
  readonly #near: Near

  constructor(deps: ServiceDeps, near: Near) {
    this.#deps = deps
    this.#near = near
  }

  addProfile(profile: InstanceProfile): void {
    this.#profiles.set(profile.arn, profile)
  }

  removeProfile(arn: string): void {
    this.#profiles.delete(arn)
  }

  /** Every instance that was ever launched in any account, in order of launch. */
  all(): LaunchedInstance[] {
    return this.#kept.all().flatMap((part) => [...part.values()])
  }

  in(place: Place): LaunchedInstance[] {
    return [...this.#kept.in(place).values()]
  }

  find(id: string, place: Place): LaunchedInstance | undefined {
    return this.#kept.in(place).get(id)
  }

  /** @throws AwsError InvalidInstanceID.NotFound */
  get(id: string, place: Place): LaunchedInstance {
    const found = this.find(id, place)
    if (!found) throw new AwsError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`)
    return found
  }

  /** An instance that somebody has launched before, and that runs. `asg` is the Auto Scaling group that it is in. */
  add({ imageId, tags = {}, asg, managedBy, ...place }: NewInstance): LaunchedInstance {
    const all = { ...tags, ...(asg !== undefined && { [groupTag]: asg }) }
    const Tags = Object.entries(all).map(([Key, Value]) => ({ Key, Value }))
    const operator = managedBy === undefined ? { Managed: false } : { Managed: true, Principal: managedBy }
    const launched = this.#make(place, { ImageId: imageId, InstanceType: 'm7i.large', Tags, Operator: operator })
    this.#run(launched)
    return launched
  }

  readonly permissions: Record<string, PermissionsOf> = {
    RunInstances: (input: RunInstancesRequest, context) => {
      const ami = this.#near.amiOf(input.ImageId ?? '', context)
      const keys = ami ? this.#near.keysFor(ami, context) : []
      return toRun(input, context, { ami, keys, profile: this.#profileOf(input, context) })
    },
    TerminateInstances: ({ InstanceIds: ids = [] }: { InstanceIds?: string[] }, context) =>
      ids.map((id) => ({
        action: 'ec2:TerminateInstances',
        resource: `arn:aws:ec2:${context.region}:${context.account}:instance/${id}`,
        context: resourceTags(this.find(id, context)?.instance.Tags),
      })),
  }

  readonly operations = {
    ...instanceQueries(this),

    RunInstances: (input: RunInstancesRequest, context: Context) => {
      const token = input.ClientToken
      const before = token ? this.in(context).filter(({ instance }) => instance.ClientToken === token) : []
      const launched = before.length > 0 ? before : this.#launch(input, context)
      return { ...reservation(launched), OwnerId: context.account }
    },

    TerminateInstances: ({ InstanceIds: ids = [] }: { InstanceIds?: string[] }, context: Context) => {
      if (ids.length === 0)
        throw new AwsError('MissingParameter', 'The request must contain the parameter InstancesSet')
      return {
        TerminatingInstances: ids
          .map((id) => this.get(id, context))
          .map((launched) => {
            const PreviousState = launched.instance.State
            this.#terminate(launched)
            const { InstanceId, State: CurrentState } = launched.instance
            return { InstanceId, PreviousState, CurrentState }
          }),
      }
    },
  }

  profileNamed(account: string, name: string): InstanceProfile | undefined {
    return [...this.#profiles.values()].find((each) => each.account === account && each.name === name)
  }

  #profileOf({ IamInstanceProfile: named }: RunInstancesRequest, { account }: Place) {
    return [...this.#profiles.values()].find(
      ({ name, arn, account: owner }) => owner === account && (arn === named?.Arn || name === named?.Name),
    )
  }

  /**
   * Launches an instance for a service of the account, with a key or without: then it is terminated at once, as EC2 does it
   * that tells nobody before.
   * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html#troubleshooting-launch-internal
   * @param mayUse throws AwsError for a key that the service may not use
   * @throws AwsError where there is no instance at all
   */
  launchFor(input: RunInstancesRequest, place: Place, mayUse: (key: string) => void): LaunchedInstance {
    const [launched] = this.#launch(input, place)
    const ami = this.#near.amiOf(input.ImageId ?? '', place)
    if (!launched || !ami) throw notFound(input.ImageId ?? '')
    try {
      for (const key of this.#near.keysFor(ami, place)) mayUse(key)
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      launched.instance.StateReason = { Code: clientError, Message: `${clientError}: Client error on launch` }
      this.#terminate(launched)
    }
    return launched
  }

  #launch(input: RunInstancesRequest, context: Place): LaunchedInstance[] {
    const { ImageId: id = '', InstanceType: type = 'm1.small', IamInstanceProfile: named } = input
    const ami = this.#near.amiOf(id, context)
    if (!ami) throw notFound(id)
    // "... or is not in a state from which you can launch an instance"
    // https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html
    if (ami.image.State !== 'available') throw unavailable(id)
    const architecture = architectureOf(type)
    const { Architecture: made } = ami.image
    if (made !== architecture)
      throw new AwsError(
        'InvalidParameterValue',
        `The architecture '${architecture}' of the specified instance type does not match the architecture '${made}' of the specified AMI.`,
      )
    const profile = this.#profileOf(input, context)
    if (named && !profile)
      throw new AwsError(
        'InvalidParameterValue',
        `Value (${named.Name ?? named.Arn}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
      )
    const zone = this.#near.subnets.zoneOf({ subnet: input.SubnetId, groups: input.SecurityGroupIds ?? [] }, context)
    this.#near.subnets.mustOffer(type, zone)
    this.mustHaveCapacity(type, zone)
    const launched = Array.from({ length: input.MaxCount ?? 1 }, () => this.#start(input, context, ami, profile))
    for (const { instance } of launched) instance.Placement = { AvailabilityZone: zone }
    return launched
  }

  /** @throws AwsError InsufficientInstanceCapacity */
  mustHaveCapacity(type: string, zone: string): void {
    if (!this.hasCapacity(type, zone)) throw this.withoutCapacity(type, zone)
  }

  /** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html#troubleshooting-launch-capacity */
  withoutCapacity(type: string, zone: string): AwsError {
    return new AwsError(
      'InsufficientInstanceCapacity',
      `We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${zone}). Our system will be working on provisioning additional capacity.`,
      500,
    )
  }

  #start(input: RunInstancesRequest, place: Place, { image }: Ami, profile: InstanceProfile | undefined) {
    const launched = this.#make(place, {
      ImageId: image.ImageId,
      InstanceType: input.InstanceType,
      Architecture: image.Architecture,
      PlatformDetails: image.PlatformDetails,
      Platform: image.Platform,
      ClientToken: input.ClientToken,
      SubnetId: input.SubnetId,
      Tags: tagsFor(input),
      SecurityGroups: (input.SecurityGroupIds ?? []).map((GroupId) => ({ GroupId })),
      ...(profile && { IamInstanceProfile: { Arn: profile.arn } }),
      MetadataOptions: { State: 'applied', ...input.MetadataOptions },
    })
    launched.profile = profile
    this.#later(launched, startsFor, () => this.#run(launched))
    const life = minutesToLive(input.UserData)
    if (life !== undefined)
      this.#later(launched, startsFor + life * 60, () => {
        if (input.InstanceInitiatedShutdownBehavior === 'terminate') this.#terminate(launched)
        else launched.instance.State = stateOf('stopped')
      })
    return launched
  }

  #make({ account, region }: Place, described: Partial<Instance>): LaunchedInstance {
    const { clock, random } = this.#deps
    const kept = this.#kept.in({ account, region })
    const chance = random.fork(`instance/${account}/${region}/${kept.size}`)
    const instance: LaunchedInstance['instance'] = {
      ...described,
      InstanceId: `i-0${chance.hex(16)}`,
      State: stateOf('pending'),
      LaunchTime: new Date(clock.now()),
      Placement: { AvailabilityZone: `${region}a` },
    }
    const launched: LaunchedInstance = { account, region, instance, profile: undefined, later: [] }
    kept.set(instance.InstanceId, launched)
    return launched
  }

  #run(launched: LaunchedInstance): void {
    launched.instance.State = stateOf('running')
    launched.runningSince = this.#deps.clock.now()
  }

  #terminate(launched: LaunchedInstance): void {
    const { instance, later } = launched
    if (['shutting-down', 'terminated'].includes(instance.State.Name)) return
    for (const cancel of later.splice(0)) cancel()
    instance.State = stateOf('shutting-down')
    this.#later(launched, shutsDownFor, () => {
      instance.State = stateOf('terminated')
    })
  }

  #later({ later }: LaunchedInstance, seconds: number, action: () => void): void {
    const { clock } = this.#deps
    later.push(clock.at(clock.now() + seconds * 1_000, action))
  }
}

const stateOf = (Name: InstanceStateName) => ({ Name, Code: codes[Name] ?? 0 })

const tagsFor = ({ TagSpecifications: specifications }: RunInstancesRequest): Tag[] =>
  (specifications ?? []).flatMap(({ ResourceType: type, Tags }) => (type === 'instance' ? (Tags ?? []) : []))

/** When the instance's user data shuts it down: all that is read of user data here. */
function minutesToLive(userData = ''): number | undefined {
  const script = Buffer.from(userData, 'base64').toString()
  const [, minutes] = script.match(/^shutdown -P \+(\d+)$/m) ?? []
  return script.startsWith('#!') && minutes ? Number(minutes) : undefined
}

/** What EC2 tells of instances. */
const instanceQueries = (instances: Instances) => ({
  DescribeInstances: (input: DescribeInstancesRequest, context: Context) => {
    const named = (input.InstanceIds ?? []).map((id) => instances.get(id, context))
    // "By default, managed resources are hidden": the API Reference, DescribeInstances, IncludeManagedResources, and
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/amazon-ec2-managed-instances.html
    const visible = instances
      .in(context)
      .filter(({ instance }) => input.IncludeManagedResources || !instance.Operator?.Managed)
    const found = (named.length > 0 ? named : visible).filter(({ instance }) =>
      (input.Filters ?? []).every((filter) => matches(instance, filter)),
    )
    const { items, next } = pageOf(found, {
      size: input.MaxResults,
      token: input.NextToken,
      most: 1000,
      invalidToken: 'InvalidNextToken',
    })
    return {
      Reservations: items.map((each) => ({ ...reservation([each]), OwnerId: context.account })),
      ...(next !== undefined && { NextToken: next }),
    }
  },

  DescribeInstanceStatus: (input: DescribeInstanceStatusRequest, context: Context) => {
    const named = (input.InstanceIds ?? []).map((id) => instances.get(id, context))
    const reported = (named.length > 0 ? named : instances.in(context)).filter(
      ({ instance }) => input.IncludeAllInstances || instance.State.Name === 'running',
    )
    return {
      InstanceStatuses: reported.map(({ instance }) => ({
        InstanceId: instance.InstanceId,
        InstanceState: instance.State,
      })),
    }
  },
})

/** Instances as the launch that brought them has them. */
const reservation = (launched: LaunchedInstance[]) => ({
  Instances: launched.map(({ instance }) => instance),
  ReservationId: launched[0]?.instance.InstanceId.replace('i-', 'r-'),
})

const filters: Record<string, (instance: LaunchedInstance['instance']) => string | undefined> = {
  'instance-id': ({ InstanceId: id }) => id,
  'instance-state-name': ({ State: state }) => state.Name,
  'image-id': ({ ImageId: id }) => id,
}

function matches(instance: LaunchedInstance['instance'], filter: Filter): boolean {
  const { Name: name = '', Values: values = [] } = filter
  const actual = filters[name]
  if (!actual) return matchesTags(instance.Tags, filter)
  return values.some((pattern) => glob(pattern, actual(instance) ?? ''))
}

/**
 * What it takes to launch: the right for each thing that there is then or that is used, to tag what is tagged, to hand on
 * the instance's role, and to use the keys of encrypted volumes. (Without these EC2 would launch and lose the instance
 * at once; here it refuses.)
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */
function toRun(
  input: RunInstancesRequest,
  { account, region }: Context,
  { ami, keys, profile }: { ami: Ami | undefined; keys: string[]; profile: InstanceProfile | undefined },
): Permission[] {
  const arn = (resource: string) => `arn:aws:ec2:${region}:${account}:${resource}`
  const run = (resource: string, context: Record<string, string> = {}): Permission => ({
    action: 'ec2:RunInstances',
    resource,
    context,
  })
  const tagsOn = (type: string) => (input.TagSpecifications ?? []).filter(({ ResourceType }) => ResourceType === type)
  const requested = (type: string) =>
    tagContext(
      'aws:RequestTag',
      tagsOn(type).flatMap(({ Tags }) => Tags ?? []),
    )
  const tagged = (['instance', 'volume'] as const).filter((type) => tagsOn(type).length > 0)
  return [
    run(arn('instance/*'), {
      ...requested('instance'),
      ...(profile && { 'ec2:InstanceProfile': profile.arn }),
      'ec2:MetadataHttpTokens': input.MetadataOptions?.HttpTokens ?? 'optional',
      'ec2:InstanceType': input.InstanceType ?? '',
    }),
    run(arn('volume/*'), requested('volume')),
    run(arn('network-interface/*')),
    run(arn(`subnet/${input.SubnetId ?? 'subnet-0123456789abcdef0'}`)),
    ...(input.SecurityGroupIds ?? []).map((id) => run(arn(`security-group/${id}`))),
    ...(ami ? [run(`arn:aws:ec2:${region}::image/${ami.image.ImageId}`, { 'ec2:Owner': ami.image.OwnerId })] : []),
    ...tagged.map((type) => ({
      action: 'ec2:CreateTags',
      resource: arn(`${type}/*`),
      context: { ...requested(type), 'ec2:CreateAction': 'RunInstances' },
    })),
    ...(profile
      ? [
          {
            action: 'iam:PassRole',
            resource: profile.roleArn,
            context: { 'iam:PassedToService': 'ec2.amazonaws.com' },
          },
        ]
      : []),
    ...keys.flatMap((key) => usesThroughEc2(key, region, launchUses)),
  ]
}

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html */
export const launchUses = [
  'Decrypt',
  'DescribeKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
  'CreateGrant',
]
