import { DescribeRegionsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { crossAccountRoleName, fleetTag, publishRoleName } from '../../domain/names.ts'
import { isClosed, type TargetReport } from '../../functions/examine-accounts/targets.ts'
import { count, list } from '../render/text.ts'
import { type Check, fail, info, unknown } from './check.ts'
import type { Environment } from './environment.ts'

const invoke = ['lambda:InvokeFunction']
const shown = 5

const stackFor = (environment: Environment) =>
  `Deploy the stack ${environment.named('target-account')} there, as it is now (README, "Deploying it").`

const members: Check = {
  name: 'accounts of the rings',
  group: 'Accounts',
  permissions: invoke,
  async *examine(environment) {
    const { rings } = await environment.deployed()
    for (const [ring, found] of Object.entries(rings))
      if ('unreadable' in found)
        yield fail(
          `nobody tells which accounts ring ${ring} has: ${found.unreadable}`,
          "Let the organization's management account register the build account as a delegated administrator.",
        )
      else if (found.accounts.length === 0)
        yield fail(`ring ${ring} has no accounts`, `Put active accounts into its organizational units.`)
    const accounts = await environment.accounts()
    yield info(count(accounts.length, 'account'))
  },
}

const publishRole: Check = {
  name: 'the role that publishes, in every target',
  group: 'Accounts',
  permissions: invoke,
  async *examine(environment) {
    const role = publishRoleName(environment.fleet.name)
    const reports = await environment.targets()
    const closed = reports.filter(({ refused }) => refused !== undefined)
    if (closed.length > 0)
      yield fail(
        `${accountsOf(closed)} let${closed.length === 1 ? 's' : ''} nobody in through ${role}: ${closed[0]?.refused}`,
        `${stackFor(environment)} Its role must have this name, and trust the build account with the external id ${environment.fleet.name}.`,
      )
    const denied = reports.filter((report) => report.denied.length > 0)
    for (const { account, denied: texts } of denied)
      yield unknown(`could not look at all of ${account}: ${texts.join('; ')}`, stackFor(environment))
    if (closed.length === 0) yield info(count(reports.length, 'account'))
  },
}

const copyRole: Check = {
  name: 'the role that Image Builder copies through, in every target',
  group: 'Accounts',
  permissions: invoke,
  async *examine(environment) {
    const without = (await environment.targets()).filter((report) => report.copyRole === false)
    if (without.length > 0)
      yield fail(
        `${accountsOf(without)} ha${without.length === 1 ? 's' : 've'} no role ${crossAccountRoleName}: every copy to it fails`,
        stackFor(environment),
      )
  },
}

const buildRegions: Check = {
  name: 'regions, in the build account',
  group: 'Accounts',
  beforeDeploy: true,
  permissions: ['ec2:DescribeRegions'],
  async *examine({ fleet, config }) {
    const wanted = [...new Set([fleet.build.region, ...Object.values(fleet.rings).flatMap((ring) => ring.regions)])]
    // Without AllRegions, those that the account has not opted in to are left out.
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
    const { Regions = [] } = await new EC2Client(config).send(new DescribeRegionsCommand({ AllRegions: true }))
    const status = new Map(Regions.map(({ RegionName, OptInStatus }) => [RegionName ?? '', OptInStatus]))
    const closed = wanted.filter((region) => isClosed(status.get(region) ?? 'unknown'))
    if (closed.length > 0) yield fail(...notEnabled(`the build account ${fleet.build.account}`, closed))
    else yield info(list(wanted))
  },
}

const targetRegions: Check = {
  name: 'regions, in every target',
  group: 'Accounts',
  permissions: invoke,
  async *examine(environment) {
    for (const { account, regions } of await environment.targets()) {
      const closed = Object.keys(regions).filter((region) => isClosed(regions[region]))
      if (closed.length > 0) yield fail(...notEnabled(`account ${account}`, closed))
    }
  },
}

const notEnabled = (whose: string, regions: string[]): [found: string, fix: string] => [
  `${whose} has not enabled ${list(regions)}`,
  `Enable it there (aws account enable-region --region-name ${regions[0]}, which takes minutes to hours), or take it out of the ring.`,
]

const launchTemplates: Check = {
  name: 'launch templates, in every target',
  group: 'Accounts',
  permissions: invoke,
  async *examine(environment) {
    for (const { account, templates } of await environment.targets())
      for (const { region, name } of templates)
        yield fail(
          `there is no launch template ${name} in ${account} ${region}, and a ring gives it every new AMI`,
          `Create it there, tagged ${fleetTag}=${environment.fleet.name}, or take it out of the ring.`,
        )
  },
}

const upstreams: Check = {
  name: 'upstreams',
  group: 'Accounts',
  permissions: invoke,
  async *examine(environment) {
    const reports = await environment.upstreams()
    for (const { upstream, ami, problem } of reports)
      if (problem)
        yield fail(
          `no image can be baked on ${upstream}: ${ami ? `${ami}: ` : ''}${problem}`,
          `Have its owner share the newest AMI (and its KMS key) with ${environment.fleet.build.account}, or correct the upstream in the fleet.`,
        )
    yield info(
      list(
        reports.flatMap(({ upstream, ami }) => (ami ? `${upstream} ${ami}` : [])),
        3,
      ),
    )
  },
}

const accountsOf = (reports: TargetReport[]) =>
  `account${reports.length === 1 ? '' : 's'} ${list(
    reports.map(({ account }) => account),
    shown,
  )}`

export const accountChecks = [members, publishRole, copyRole, buildRegions, targetRegions, launchTemplates, upstreams]
