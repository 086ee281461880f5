import { ImagebuilderClient, ListImagePipelinesCommand } from '@aws-sdk/client-imagebuilder'
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas'
import type { Fleet } from '../../domain/fleet/model.ts'
import { postedChannels } from '../../domain/fleet/posted-channels.ts'
import { limits } from '../../domain/limits.ts'
import { mostCopied, mostShared } from '../../domain/planning/distribution.ts'
import { type Check, fail, ifThere, info, unknown, warning } from './check.ts'
import type { Environment } from './environment.ts'

interface Quota {
  /** As Service Quotas calls it. */
  name: string
  service: string
  /** https://docs.aws.amazon.com/general/latest/gr/imagebuilder.html has those of Image Builder. */
  code: string
  /** What it is needed for, after a number. */
  of: string
  need(environment: Environment): number | Promise<number>
  /** What `need` asks takes these. */
  permissions?: readonly string[]
  /** Says that nearly all of it is taken, where that is worth a warning. */
  crowded?: (need: number, value: number) => string
}

/** AWS keeps so many executions for functions without reserved ones. */
const unreserved = 100

const images = ({ images }: Fleet) => Object.values(images)
const own = (fleet: Fleet) => images(fleet).filter(({ pipeline }) => !pipeline)

/** Of what depends on who is in the rings, which a function tells. */
const ofAccounts = ['lambda:InvokeFunction']

const quotas: Quota[] = [
  {
    // The only quota of Image Builder that is small: everybody's pipelines in the account count.
    name: 'Image pipelines',
    service: 'imagebuilder',
    code: 'L-7A0E01E3',
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
    name: 'Concurrent builds',
    service: 'imagebuilder',
    code: 'L-BA4D191B',
    of: 'bakes at once (concurrentBakes)',
    need: ({ fleet }) => Math.min(fleet.concurrentBakes, Object.keys(fleet.images).length),
  },
  {
    name: 'Components',
    service: 'imagebuilder',
    code: 'L-9B183655',
    of: 'components of the fleet',
    need: ({ fleet }) => Object.values(fleet.components).filter((component) => !('arn' in component)).length,
  },
  {
    name: 'Components per image recipe',
    service: 'imagebuilder',
    code: 'L-59EC76F6',
    of: 'components in one image',
    need: ({ fleet }) => Math.max(...images(fleet).map(({ components }) => components.length)),
  },
  {
    name: 'Image recipes',
    service: 'imagebuilder',
    code: 'L-1DF98342',
    of: 'images',
    need: ({ fleet }) => own(fleet).length,
  },
  {
    name: 'Infrastructure configurations',
    service: 'imagebuilder',
    code: 'L-D9EF98D9',
    of: 'infrastructure configurations',
    need: ({ fleet }) => Object.keys(fleet.infrastructure).length,
  },
  {
    name: 'Distribution configurations',
    service: 'imagebuilder',
    code: 'L-2BAA05D8',
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
    name: 'Concurrent AMI copies per distribution configuration',
    service: 'imagebuilder',
    code: 'L-69312229',
    of: 'accounts in one configuration',
    permissions: ofAccounts,
    need: async (environment) => {
      const accounts = await accountsIn(environment)
      return Math.min(mostCopied, Math.max(...Object.keys(environment.fleet.rings).map(accounts)))
    },
  },
  {
    name: 'Concurrent executions',
    service: 'lambda',
    code: 'L-B99A9384',
    of: 'functions at once: one for each image, and with Slack channels those that they reserve and 100 that AWS keeps',
    need: ({ fleet }) => {
      const channels = postedChannels(fleet).length
      return Object.keys(fleet.images).length + channels + (channels > 0 ? unreserved : 0)
    },
  },
]

/** What the account has; its default where nobody has had it raised; undefined where Service Quotas tells neither. */
async function quotaOf({ config }: Environment, { service, code }: Quota) {
  const client = new ServiceQuotasClient(config)
  const asked = { ServiceCode: service, QuotaCode: code }
  // "For some quotas, only the default values are available."
  // https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
  const applied = await ifThere(client.send(new GetServiceQuotaCommand(asked)))
  if (applied) return applied.Quota?.Value
  return (await ifThere(client.send(new GetAWSDefaultServiceQuotaCommand(asked))))?.Quota?.Value
}

const permissions = ['servicequotas:GetServiceQuota', 'servicequotas:GetAWSDefaultServiceQuota']

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

const raise = ({ service, code, name }: Quota, need: number) =>
  `Have "${name}" raised to ${need} at least: aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${need}`

const quotaCheck = (quota: Quota): Check => ({
  name: `${quota.service === 'lambda' ? 'Lambda' : 'Image Builder'}: ${quota.name}`,
  group: 'Quotas',
  beforeDeploy: true,
  permissions: [...permissions, ...(quota.permissions ?? [])],
  async *examine(environment) {
    const need = await quota.need(environment)
    const value = await quotaOf(environment, quota)
    if (value === undefined) yield undelivered(quota, need)
    else if (need > value) yield fail(`${need} ${quota.of}, and the quota is ${value}`, raise(quota, need))
    else if (quota.crowded && need > 0.9 * value) yield warning(quota.crowded(need, value), raise(quota, need * 2))
    else yield info(`${need} of ${value}`)
  },
})

const undelivered = ({ service, code, name }: Quota, need: number) =>
  unknown(
    `Service Quotas does not tell "${name}" (${service} ${code}) in this region; the fleet needs ${need}`,
    'Look in the console of the service.',
  )

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

/** https://docs.aws.amazon.com/general/latest/gr/ssm.html: Service Quotas has no code for it. */
const standardParameters = 10_000

const parameters: Check = {
  name: 'Parameter Store: standard parameters',
  group: 'Quotas',
  beforeDeploy: true,
  permissions: [],
  async *examine({ fleet }) {
    const need = 4 * Object.keys(fleet.images).length
    const text = `${need} parameters of the fleet in the build account, and AWS documents ${standardParameters.toLocaleString('en')}; Service Quotas does not tell this one`
    yield need > standardParameters ? fail(text, 'Have the limit raised, or split the fleet.') : info(text)
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
