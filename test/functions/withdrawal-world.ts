import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import type { Clients, ClientsIn } from '../../aws/ami-usage.ts'
import { TargetUnreachable } from '../../domain/errors.ts'
import type { Target } from '../../domain/planning/ring-order.ts'
import type { Use } from '../../domain/releases/usage.ts'
import { clientOf } from '../properties/fakes.ts'

/** Accounts and regions with AMIs and what uses them, in a few lines. */

interface Ami {
  owner: string
  state: 'available' | 'disabled'
  deprecatedAt?: string
  snapshot: string
  /** The ARN of the image of Image Builder that it came out of. */
  madeBy?: string | undefined
}

interface Template {
  id: string
  /** What each version launches: an AMI, or `resolve:ssm:` and a parameter. */
  versions: string[]
  default: number
}

interface Group {
  LaunchTemplate?: object
  MixedInstancesPolicy?: object
  LaunchConfigurationName?: string
}

const nameIn = (arn: string) => arn.split('/')[1] ?? ''
export const configurationArn = (name: string) =>
  `arn:aws:imagebuilder:us-west-2:111122223333:distribution-configuration/${name}`

const named = (name: string, message = name) => Object.assign(new Error(message), { name })
const denied = () => named('UnauthorizedOperation', 'You are not authorized')

export class FakePlace {
  readonly parameters = new Map<string, string>()
  readonly templates = new Map<string, Template>()
  readonly groups = new Map<string, Group>()
  readonly configurations = new Map<string, string>()
  /** What a service manages is hidden from anybody who does not ask for it. */
  readonly instances = new Map<string, { ami: string; state: string; managed?: true }>()
  /** Operations that are not allowed there. */
  readonly refused = new Set<string>()

  /** Every AMI that anything here uses, found in another way than the functions find it out. */
  used(): Set<string> {
    const image = (text: string | undefined) =>
      text?.startsWith('resolve:ssm:') ? this.parameters.get(text.slice('resolve:ssm:'.length)) : text
    const version = ({ LaunchTemplateId: id = '', Version: version = '$Default' }) => {
      const { versions = [], default: number = 1 } = this.templates.get(id.slice(3)) ?? {}
      const at = version === '$Default' ? number : version === '$Latest' ? versions.length : Number(version)
      return image(versions[at - 1])
    }
    const specifications = JSON.stringify([...this.groups.values()]).matchAll(/\{"LaunchTemplateId"[^}]*\}/g)
    return new Set(
      [
        // Those of teams count only where a launch template names them.
        ...[...this.parameters].flatMap(([name, ami]) => (name.startsWith('/team/') ? [] : [ami])),
        ...[...this.templates.values()].flatMap(({ id }) =>
          ['$Default', '$Latest'].map((Version) => version({ LaunchTemplateId: id, Version })),
        ),
        ...[...specifications].map(([text]) => version(JSON.parse(text))),
        ...[...this.groups.values()].map((group) => this.configurations.get(group.LaunchConfigurationName ?? '')),
        ...[...this.instances.values()].flatMap(({ ami, state }) => (state === 'terminated' ? [] : [ami])),
      ].filter((ami) => ami !== undefined),
    )
  }
}

interface InstancesAsked {
  Filters: [{ Values: string[] }]
  IncludeManagedResources?: boolean
}

export class FakeWorld {
  readonly amis = new Map<string, Ami & Target>()
  readonly snapshots = new Set<string>()
  /** What was done to AMIs, in order. */
  readonly done: string[] = []
  /** Called right before anything is done to an AMI. */
  before: (action: string, ami: string) => void = () => {}
  /** Accounts whose role nobody may assume. */
  readonly closed = new Set<string>()
  /** How often the next call of an operation finds it throttled. */
  readonly throttled = new Map<string, number>()
  /** What becomes of snapshots when their AMI is deregistered. */
  snapshotCode = 'success'
  readonly #places = new Map<string, FakePlace>()

  at({ account, region }: Target): FakePlace {
    const key = `${account} ${region}`
    const place = this.#places.get(key) ?? new FakePlace()
    this.#places.set(key, place)
    return place
  }

  addAmi(ami: string, { account, region }: Target, madeBy?: string): void {
    const snapshot = `snap-${ami}-${account}-${region}`
    this.snapshots.add(snapshot)
    this.amis.set(ami, { account, region, owner: account, state: 'available', snapshot, madeBy })
  }

  /** What Image Builder keeps: images, by ARN, with what GetImage names; and distribution configurations, by name. */
  readonly images = new Map<string, { amis?: (Target & { ami: string })[]; source?: string }>()
  readonly configurations = new Set<string>()
  /** By ARN. */
  readonly recipes = new Map<string, { dateCreated: string; components: string[] }>()
  /** When each build was made, by its ARN. */
  readonly components = new Map<string, string>()
  /** ARNs of what it does not let go, with the error. */
  readonly kept = new Map<string, string>()
  /** What was deleted of that, in order. */
  readonly deleted: string[] = []

  readonly imageBuilder = clientOf({
    GetImage: ({ imageBuildVersionArn: arn }: { imageBuildVersionArn: string }) => {
      const image = this.images.get(arn)
      if (!image) throw named('ResourceNotFoundException')
      const amis = (image.amis ?? []).map(({ account, region, ami }) => ({ accountId: account, region, image: ami }))
      return { image: { outputResources: { amis } } }
    },
    DeleteImage: ({ imageBuildVersionArn: arn }: { imageBuildVersionArn: string }) => {
      const needed = [...this.images.values()].some(({ source }) => source === arn)
      this.#delete(arn, this.images.has(arn), needed)
      this.images.delete(arn)
    },
    ListDistributionConfigurations: ({ nextToken }: { nextToken?: string }) => {
      const [name, ...others] = [...this.configurations].slice(Number(nextToken ?? 0))
      const distributionConfigurationSummaryList = name === undefined ? [] : [{ name, arn: configurationArn(name) }]
      const next = others.length > 0 ? { nextToken: String(Number(nextToken ?? 0) + 1) } : {}
      return { distributionConfigurationSummaryList, ...next }
    },
    ListImageRecipes: ({ nextToken }: { nextToken?: string }) => {
      const [recipe, ...others] = [...this.recipes].slice(Number(nextToken ?? 0))
      const imageRecipeSummaryList = recipe ? [{ name: nameIn(recipe[0]), arn: recipe[0], ...recipe[1] }] : []
      return { imageRecipeSummaryList, ...(others.length > 0 && { nextToken: String(Number(nextToken ?? 0) + 1) }) }
    },
    GetImageRecipe: ({ imageRecipeArn: arn }: { imageRecipeArn: string }) => {
      const { components = [] } = this.recipes.get(arn) ?? {}
      return { imageRecipe: { components: components.map((componentArn) => ({ componentArn })) } }
    },
    ListComponentBuildVersions: ({ componentVersionArn: version }: { componentVersionArn: string }) => ({
      componentSummaryList: [...this.components].flatMap(([arn, dateCreated]) =>
        arn.startsWith(`${version}/`) ? [{ arn, dateCreated }] : [],
      ),
    }),
    DeleteImageRecipe: ({ imageRecipeArn: arn }: { imageRecipeArn: string }) => {
      this.#delete(arn, this.recipes.has(arn), false)
      this.recipes.delete(arn)
    },
    DeleteComponent: ({ componentBuildVersionArn: arn }: { componentBuildVersionArn: string }) => {
      const needed = [...this.recipes.values()].some(({ components }) => components.includes(arn))
      this.#delete(arn, this.components.has(arn), needed)
      this.components.delete(arn)
    },
    DeleteDistributionConfiguration: ({
      distributionConfigurationArn: arn,
    }: {
      distributionConfigurationArn: string
    }) => {
      const name = arn.split('/').at(-1) ?? ''
      this.#delete(arn, this.configurations.has(name), false)
      this.configurations.delete(name)
    },
  } as never) as unknown as ImagebuilderClient

  #delete(arn: string, isThere: boolean, isNeeded: boolean): void {
    const times = this.throttled.get('Delete') ?? 0
    this.throttled.set('Delete', Math.max(0, times - 1))
    if (times > 0) throw named('CallRateLimitExceededException')
    const error = this.kept.get(arn) ?? (isNeeded ? 'ResourceDependencyException' : undefined)
    if (error) throw named(error)
    if (!isThere) throw named('ResourceNotFoundException')
    this.deleted.push(arn)
  }

  readonly clientsIn: ClientsIn = async ({ account, region }) => {
    if (this.closed.has(account)) throw new TargetUnreachable(`cannot assume the role of ${account}`)
    const place = this.at({ account, region })
    const allowed = <I, O>(operations: Record<string, (input: I) => O>) =>
      clientOf(
        Object.fromEntries(
          Object.entries(operations).map(([name, work]) => [
            name,
            (input: I) => {
              const times = this.throttled.get(name) ?? 0
              this.throttled.set(name, Math.max(0, times - 1))
              if (times > 0) throw named('RequestLimitExceeded')
              if (place.refused.has(name)) throw denied()
              return work(input)
            },
          ]),
        ) as never,
      )
    const ssm = allowed({
      GetParameters: ({ Names }: { Names: string[] }) => ({
        Parameters: Names.flatMap((Name) =>
          place.parameters.has(Name) ? [{ Name, Value: place.parameters.get(Name) }] : [],
        ),
      }),
    })
    return {
      ssm,
      ec2: allowed(this.#ec2(place, { account, region })),
      autoScaling: allowed(autoScalingOf(place)),
    } as unknown as Clients
  }

  #chosen({ Name, Values }: { Name: string; Values: string[] }): string[] {
    if (Name === 'image-id') return Values
    return [...this.amis].flatMap(([id, ami]) => (Values.includes(ami.madeBy ?? '') ? [id] : []))
  }

  #ec2(place: FakePlace, { account, region }: Target): Record<string, (input: never) => unknown> {
    const own = (action: string, id: string) => {
      const ami = this.amis.get(id)
      if (!ami || ami.account !== account || ami.region !== region) throw named('InvalidAMIID.NotFound')
      this.before(action, id)
      this.done.push(`${action} ${id}`)
      return ami
    }
    return {
      DescribeImages: ({ Filters }: { Filters: [{ Name: string; Values: string[] }] }) => ({
        Images: this.#chosen(Filters[0]).flatMap((ImageId) => {
          const ami = this.amis.get(ImageId)
          if (!ami || ami.account !== account || ami.region !== region) return []
          const Tags = ami.madeBy === undefined ? [] : [{ Key: 'Ec2ImageBuilderArn', Value: ami.madeBy }]
          return [{ ImageId, State: ami.state, DeprecationTime: ami.deprecatedAt, Tags }]
        }),
      }),
      EnableImageDeprecation: ({ ImageId, DeprecateAt }: { ImageId: string; DeprecateAt: Date }) => {
        own('deprecate', ImageId).deprecatedAt = DeprecateAt.toISOString()
        return {}
      },
      DisableImage: ({ ImageId }: { ImageId: string }) => {
        own('disable', ImageId).state = 'disabled'
        return {}
      },
      DeregisterImage: ({ ImageId }: { ImageId: string }) => {
        const { snapshot } = own('remove', ImageId)
        this.amis.delete(ImageId)
        if (this.snapshotCode === 'success') this.snapshots.delete(snapshot)
        return { DeleteSnapshotResults: [{ SnapshotId: snapshot, ReturnCode: this.snapshotCode }] }
      },
      CreateTags: () => ({}),
      DescribeSnapshots: ({ Filters }: { Filters: [{ Values: string[] }] }) => ({
        Snapshots: Filters[0].Values.flatMap((id) => (this.snapshots.has(id) ? [{ SnapshotId: id }] : [])),
      }),
      DeleteSnapshot: ({ SnapshotId }: { SnapshotId: string }) => {
        if (!this.snapshots.delete(SnapshotId)) throw named('InvalidSnapshot.NotFound')
        return {}
      },
      DescribeInstances: ({ Filters, IncludeManagedResources: all }: InstancesAsked) => ({
        Reservations: [
          {
            Instances: [...place.instances].flatMap(([InstanceId, reported]) =>
              Filters[0].Values.includes(reported.state) && (all || !reported.managed)
                ? [{ InstanceId, ImageId: reported.ami }]
                : [],
            ),
          },
        ],
      }),
      DescribeLaunchTemplateVersions: (input: { LaunchTemplateId?: string; Versions: string[] }) => ({
        LaunchTemplateVersions: versionsOf(place, input),
      }),
    }
  }
}

function versionsOf(place: FakePlace, input: { LaunchTemplateId?: string; Versions: string[] }) {
  const all = [...place.templates].filter(([, template]) => template.id === (input.LaunchTemplateId ?? template.id))
  if (all.length === 0 && input.LaunchTemplateId) throw named('InvalidLaunchTemplateId.NotFound')
  return all.flatMap(([name, template]) => {
    const { id, versions, default: number } = template
    const wanted = input.Versions.map((text) =>
      text === '$Default' ? number : text === '$Latest' ? versions.length : Number(text),
    )
    return [...new Set(wanted)].map((at) => {
      const ImageId = versions[at - 1]
      if (ImageId === undefined) throw named('InvalidLaunchTemplateId.VersionNotFound')
      return {
        LaunchTemplateId: id,
        LaunchTemplateName: name,
        VersionNumber: at,
        DefaultVersion: at === number,
        LaunchTemplateData: { ImageId },
      }
    })
  })
}

const autoScalingOf = (place: FakePlace): Record<string, (input: never) => unknown> => ({
  // Page by page, of one group each.
  DescribeAutoScalingGroups: ({ NextToken = '0' }: { NextToken?: string }) => {
    const all = [...place.groups].map(([AutoScalingGroupName, group]) => ({ AutoScalingGroupName, ...group }))
    const next = Number(NextToken) + 1
    return {
      AutoScalingGroups: all.slice(next - 1, next),
      ...(next < all.length && { NextToken: String(next) }),
    }
  },
  DescribeLaunchConfigurations: ({ LaunchConfigurationNames: names }: { LaunchConfigurationNames: string[] }) => ({
    LaunchConfigurations: names.flatMap((LaunchConfigurationName) => {
      const ImageId = place.configurations.get(LaunchConfigurationName)
      return ImageId ? [{ LaunchConfigurationName, ImageId }] : []
    }),
  }),
})

/** `channel /x: ami-1`, for a short table. */
export const usesReported = (uses: ReadonlyMap<string, readonly Use[]>) =>
  [...uses].flatMap(([ami, some]) => some.map(({ kind, name }) => `${kind} ${name}: ${ami}`)).sort()
