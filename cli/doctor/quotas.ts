import { ImagebuilderClient, ListImagePipelinesCommand } from '@aws-sdk/client-imagebuilder'
import type { Fleet } from '../../domain/fleet/model.ts'
import { configurationNames } from '../../domain/fleet/network.ts'
import { postedChannels } from '../../domain/fleet/posted-channels.ts'
import { type CountedLimit, limits } from '../../domain/limits.ts'
import { mostCopied, mostShared } from '../../domain/planning/distribution.ts'
import { type Check, fail, info, unknown, warning } from './check.ts'
import type { Environment } from './environment.ts'
import { quotaOf, quotaPermissions, raise } from './service-quota.ts'

interface Quota {
  limit: CountedLimit
  /** What it is needed for, after a number. */
  of: string
  need(environment: Environment): number | Promise<number>
  /** What `need` asks takes these. */
  permissions?: readonly string[]
  /** Says that nearly all of it is taken, where that is worth a warning. */
  crowded?: (need: number, value: number) => string
}

const images = ({ images }: Fleet) => Object.values(images)
const own = (fleet: Fleet) => images(fleet).filter(({ pipeline }) => !pipeline)

/** Of what depends on who is in the rings, which a function tells. */
const ofAccounts = ['lambda:InvokeFunction']

const quotas: Quota[] = [
  {
    // The only quota of Image Builder that is small: everybody's pipelines in the account count.
    limit: 'image-pipelines',
    of: 'pipelines in the account',
    permissions: ['imagebuilder:ListImagePipelines'],
    need: async (environment) => {
      const { images } = environment.fleet
      const names = Object.keys(images)
        .filter((image) => !images[image]?.pipeline)
        .map((image) => environment.named(image))
      return new Set([...names, ...(await pipelineNames(environment))]).size
    },
    crowded: (need, value) => `${need} of ${value} pipelines: the next images will not fit`,
  },
  {
    limit: 'concurrent-builds',
    of: 'bakes at once (concurrentBakes)',
    need: ({ fleet }) => Math.min(fleet.concurrentBakes, Object.keys(fleet.images).length),
  },
  {
    limit: 'image-components',
    of: 'components of the fleet',
    need: ({ fleet }) => Object.values(fleet.components).filter((component) => !('arn' in component)).length,
  },
  {
    limit: 'recipe-components',
    of: 'components in one image',
    need: ({ fleet }) => Math.max(...images(fleet).map(({ components }) => components.length)),
  },
  {
    limit: 'image-recipes',
    of: 'images',
    need: ({ fleet }) => own(fleet).length,
  },
  {
    limit: 'infrastructure-configurations',
    of: 'infrastructure configurations, one for each subnet',
    need: ({ fleet }) => Object.keys(fleet.infrastructure).flatMap((key) => configurationNames(fleet, key)).length,
  },
  {
    limit: 'distribution-configurations',
    of: 'configurations, for each image and ring',
    permissions: ofAccounts,
    need: async (environment) => {
      const accounts = await accountsIn(environment)
      const { rings } = environment.fleet
      const most = (ring: string) => (rings[ring]?.mode === 'share' ? mostShared : mostCopied)
      return images(environment.fleet)
        .flatMap((image) => image.rings)
        .reduce((sum, ring) => sum + Math.max(1, Math.ceil(accounts(ring) / most(ring))), 0)
    },
  },
  {
    limit: 'concurrent-copies',
    of: 'accounts in one configuration',
    permissions: ofAccounts,
    need: async (environment) => {
      const accounts = await accountsIn(environment)
      return Math.min(mostCopied, Math.max(...Object.keys(environment.fleet.rings).map(accounts)))
    },
  },
  {
    limit: 'concurrent-executions',
    of: 'functions at once: one for each image, and with Slack channels those that they reserve and 100 that AWS keeps',
    need: ({ fleet }) => {
      const channels = postedChannels(fleet).length
      return Object.keys(fleet.images).length + channels + (channels > 0 ? limits['unreserved-executions'].most : 0)
    },
  },
]

/** Before the first deploy nobody tells who is in a ring's units: those that it lists count. */
async function accountsIn(environment: Environment): Promise<(ring: string) => number> {
  const listed = ({ rings }: Fleet, ring: string) => rings[ring]?.accounts.length ?? 0
  if (!(await environment.isDeployed())) return (ring) => listed(environment.fleet, ring)
  const { rings } = await environment.deployed()
  return (ring) => {
    const members = rings[ring]
    return members && 'accounts' in members ? members.accounts.length : listed(environment.fleet, ring)
  }
}

const services = { imagebuilder: 'Image Builder', lambda: 'Lambda', ec2: 'EC2' }

const quotaCheck = (quota: Quota): Check => ({
  name: `${services[limits[quota.limit].quota.service]}: ${limits[quota.limit].quota.name}`,
  group: 'Quotas',
  beforeDeploy: true,
  permissions: [...quotaPermissions, ...(quota.permissions ?? [])],
  async *examine(environment) {
    const need = await quota.need(environment)
    const value = await quotaOf(environment, quota.limit)
    if (value === undefined) yield undelivered(quota, need)
    else if (need > value) yield fail(`${need} ${quota.of}, and the quota is ${value}`, raise(quota.limit, need))
    else if (quota.crowded && need > 0.9 * value)
      yield warning(quota.crowded(need, value), raise(quota.limit, need * 2))
    else yield info(`${need} of ${value}`)
  },
})

function undelivered({ limit }: Quota, need: number) {
  const { quota, most } = limits[limit]
  return unknown(
    `Service Quotas does not tell "${quota.name}" (${quota.service} ${quota.code}) in this region; the fleet needs ${need}, and AWS's default is ${most}`,
    'Look in the console of the service.',
  )
}

async function pipelineNames({ config }: Environment): Promise<string[]> {
  const client = new ImagebuilderClient(config)
  const names: string[] = []
  let nextToken: string | undefined
  do {
    const page = await client.send(new ListImagePipelinesCommand({ nextToken }))
    names.push(...(page.imagePipelineList ?? []).map(({ name = '' }) => name))
    nextToken = page.nextToken
  } while (nextToken)
  return names
}

const parameters: Check = {
  name: 'Parameter Store: standard parameters',
  group: 'Quotas',
  beforeDeploy: true,
  permissions: [],
  async *examine({ fleet }) {
    const need = 4 * Object.keys(fleet.images).length
    const { most, fix } = limits['standard-parameters']
    const text = `${need} parameters of the fleet in the build account, and AWS documents ${most.toLocaleString('en')}; Service Quotas does not tell this one`
    yield need > most ? fail(text, fix) : info(text)
  },
}

/** Service Quotas has no code for it that the documentation names. */
const shares: Check = {
  name: 'EC2: accounts that an AMI is shared with',
  group: 'Quotas',
  beforeDeploy: true,
  permissions: ofAccounts,
  async *examine(environment) {
    const { rings } = environment.fleet
    const accounts = await accountsIn(environment)
    const sharing = Object.keys(rings).filter((ring) => rings[ring]?.mode === 'share')
    const need = sharing.reduce((sum, ring) => sum + accounts(ring), 0)
    const { most, source, fix } = limits['ami-shares']
    const text = `${need} accounts that AMIs are shared with, and AWS documents ${most.toLocaleString('en')} (${source})`
    yield need > most ? fail(text, `${fix} Or have AWS raise it.`) : info(text)
  },
}

export const quotaChecks = [...quotas.map(quotaCheck), parameters, shares]
