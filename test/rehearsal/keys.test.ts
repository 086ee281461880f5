import {
  AutoScalingClient,
  DescribeScalingActivitiesCommand,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deploymentOf } from '../../cli/deployment/deployment.ts'
import { Environment } from '../../cli/doctor/environment.ts'
import { examineAll } from '../../cli/doctor/examine.ts'
import { keyChecks } from '../../cli/doctor/keys.ts'
import type { CloudAssemblySummary } from '../../infra/synthesize.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { type Mutation, mutantOf } from '../support/mutant-product.ts'
import { slow, stageFor } from '../support/rehearsal.ts'
import { statementsIn } from '../support/template.ts'
import { build, fleetOf } from './ring-rehearsal.ts'

/** One image, copied to one account in the build region and in another, and shared with one. */
const copying = '222233334444'
const sharing = '666677778888'
const regions = ['us-west-2', 'us-east-1']
const fleet = fleetOf({
  copies: { accounts: [copying], regions },
  shares: { accounts: [sharing], regions, mode: 'share' },
})
const releases = [{ upstream: 'soe', time: '2026-09-01T06:00:00Z' }]

type Template = CloudAssemblySummary['buildStack']['template']
interface KeyStatement {
  Sid?: string
  Action: unknown
}
const keyPolicy = (template: Template) =>
  ((template.Resources.FleetKey?.Properties?.KeyPolicy ?? { Statement: [] }) as { Statement: KeyStatement[] }).Statement

describe('what a rehearsal distributes', () => {
  let rehearsal: Rehearsal
  let assembly: CloudAssemblySummary
  beforeAll(async () => {
    const staged = await stageFor(fleet)
    assembly = staged.assembly
    rehearsal = await staged.rehearse({ releases, serve: true })
  }, slow)
  afterAll(() => rehearsal.close())

  it('names a key of the build account for every region, by its own ARN', () => {
    const made = rehearsal.world.aws.calls.filter(({ operation }) => operation === 'CreateDistributionConfiguration')
    const settings = made.flatMap(
      ({ input }) =>
        (input as { distributions: { region: string; amiDistributionConfiguration: { kmsKeyId?: string } }[] })
          .distributions,
    )
    const named = settings.map(({ region, amiDistributionConfiguration: ami }) => [
      region,
      (ami.kmsKeyId ?? 'none').replace(/key\/.*/, 'key'),
    ])
    const key = (region: string) => `arn:aws:kms:${region}:${build.account}:key`
    expect(named).toEqual([
      ['us-west-2', key('us-west-2')],
      ['us-east-1', key('us-east-1')],
      // What is shared where it was baked keeps the key of its bake.
      ['us-west-2', 'none'],
      ['us-east-1', key('us-east-1')],
    ])
  })

  it('has a stack for the key of each other region, with the policy of the first', () => {
    expect(assembly.keyStacks.map(({ name, region }) => [name, region])).toEqual([['small-key-us-east-1', 'us-east-1']])
    const sids = (template: Template) => keyPolicy(template).flatMap(({ Sid = '' }) => (/Images/.test(Sid) ? Sid : []))
    const [other] = assembly.keyStacks
    expect(sids(other?.template as Template)).toEqual(sids(assembly.buildStack.template))
  })

  describe.each([
    ['a copy', copying],
    ['what is shared', sharing],
  ])('an Auto Scaling group of %s', (_, account) => {
    const place = (region: string) => ({ account, region })
    const clientIn = (region: string) =>
      new AutoScalingClient({
        endpoint: rehearsal.url ?? '',
        region,
        credentials: { accessKeyId: account, secretAccessKey: 'any' },
      })
    /** The last activity of a group that is given one instance more. */
    const scale = async (region: string, capacity: number) => {
      const { autoscaling, ec2 } = rehearsal.world.aws
      if (!ec2.launchTemplates.find('web', place(region))) {
        const data = { ImageId: 'resolve:ssm:/golden-images/base' }
        ec2.launchTemplates.add({ ...place(region), name: 'web', data })
        autoscaling.add({ ...place(region), name: 'web', launchTemplate: { name: 'web' } })
      }
      const client = clientIn(region)
      const named = { AutoScalingGroupName: 'web' }
      await client.send(new SetDesiredCapacityCommand({ ...named, DesiredCapacity: capacity }))
      const { Activities = [] } = await client.send(new DescribeScalingActivitiesCommand(named))
      return Activities[0]
    }
    const examine = async () => {
      const environment = new Environment(deploymentOf(fleet, rehearsal.url), {})
      const found = await examineAll(keyChecks, environment, () => undefined)
      return found.flatMap(({ check, findings }) =>
        findings.flatMap(({ outcome, found: text }) => (outcome === 'pass' ? [] : [`${check.name}: ${text}`])),
      )
    }

    it('launches in every region, as the roll-out has made a grant for it', async () => {
      for (const region of regions) expect(await scale(region, 1)).toMatchObject({ StatusCode: 'Successful' })
      expect(await examine()).toEqual([])
    })

    it('fails without the grant, and the doctor says so', async () => {
      const { kms } = rehearsal.world.aws
      const role = `arn:aws:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`
      const key = kms.key(`arn:aws:kms:us-east-1:${build.account}:alias/small`)?.arn ?? ''
      kms.revokeGrants(key, role)
      expect(await scale('us-east-1', 2)).toMatchObject({
        StatusCode: 'Failed',
        StatusMessage: expect.stringContaining('Client.InternalError'),
      })
      expect(await scale('us-west-2', 2)).toMatchObject({ StatusCode: 'Successful' })
      expect(await examine()).toEqual([
        `grants for Auto Scaling, in every target: Auto Scaling of ${account} cannot launch what the key ${key} encrypts: there is no grant for its role`,
      ])
      const operator = rehearsal.world.aws.iam.operator()
      const input = { KeyId: key, GranteePrincipal: role, Operations: ['Decrypt'] }
      await rehearsal.world.aws.call({
        principal: operator,
        service: 'kms',
        operation: 'CreateGrant',
        input,
        region: 'us-east-1',
      })
    })
  })
})

describe('a product without', () => {
  const without =
    (sid: RegExp) =>
    (template: Template): void => {
      for (const statement of keyPolicy(template)) if (sid.test(statement.Sid ?? '')) statement.Action = 'kms:Get*'
    }
  const withoutIn =
    (role: string, action: RegExp) =>
    (template: Template): void => {
      for (const statement of statementsIn(template, role))
        if ([statement.Action].flat().some((each) => action.test(each))) statement.Effect = 'Deny'
    }
  const small = fleetOf({ copies: { accounts: [copying], regions } })
  const use = /^TargetAccountsUseImages$/
  const attach = /^TargetAccountsLetEc2UseImages$/
  const target = /EC2ImageBuilderDistributionCrossAccountRole\/imagebuilder is not authorized to perform: kms:/
  const distribution = /small-distribution\/imagebuilder is not authorized to perform: kms:/

  it.each<[string, Mutation, RegExp]>([
    ['the use of the key, in the build region', { build: without(use) }, target],
    ['grants of EC2, in the build region', { build: without(attach) }, target],
    ['the use of the key, in another region', { keys: without(use) }, target],
    ['grants of EC2, in another region', { keys: without(attach) }, target],
    [
      'the use of keys by the role in the target',
      { target: withoutIn('CrossAccountDistributionRole', /kms:Decrypt/) },
      target,
    ],
    [
      'grants by the role in the target',
      { target: withoutIn('CrossAccountDistributionRole', /kms:CreateGrant/) },
      target,
    ],
    [
      'the use of keys by the role that distributes',
      { build: withoutIn('DistributionRole', /kms:Decrypt/) },
      distribution,
    ],
    ['grants by the role that distributes', { build: withoutIn('DistributionRole', /kms:CreateGrant/) }, distribution],
  ])('%s copies nothing, and says why', { timeout: slow }, async (_, mutation, reason) => {
    const { assembly, rehearse } = await stageFor(small)
    const { summary } = await rehearse({ releases, assembly: mutantOf(assembly, mutation) })
    expect(summary.images.map(({ status, reason: why }) => `${status}: ${why}`)).toEqual([
      expect.stringMatching(new RegExp(`failed: Image Builder could not distribute its AMI.*${reason.source}`)),
    ])
  })

  it('grants by the role that publishes moves no pointer, and says why', { timeout: slow }, async () => {
    const { assembly, rehearse } = await stageFor(small)
    const mutation = { target: withoutIn('PublishRole', /kms:CreateGrant/) }
    const { summary, world } = await rehearse({ releases, assembly: mutantOf(assembly, mutation) })
    expect(summary.images.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(
        /Auto Scaling cannot be let use the key arn:aws:kms:us-\w+-\d:111122223333:key.*kms:CreateGrant/,
      ),
    ])
    expect(world.aws.ssm.valueOf('/golden-images/base', { account: copying, region: 'us-west-2' })).toBeUndefined()
  })
})
