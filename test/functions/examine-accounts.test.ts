import { DescribeImagesCommand, EC2Client, type Image } from '@aws-sdk/client-ec2'
import { ListAccountsForParentCommand, OrganizationsClient } from '@aws-sdk/client-organizations'
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { beforeEach, describe, expect, it } from 'vitest'
import { TargetUnreachable } from '../../domain/errors.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { ExamineAccountsInput, examineAccounts } from '../../functions/examine-accounts/examine-accounts.ts'
import { examineUpstream } from '../../functions/examine-accounts/upstreams.ts'
import { exampleFleet } from '../support/fleets.ts'
import { mockOf } from '../support/mocks.ts'

const [ec2, ssm, organizations] = [mockOf(EC2Client), mockOf(SSMClient), mockOf(OrganizationsClient)]
const [owner, soe] = ['999988887777', '444455556666']
const architecture = 'x86_64' as const
const ami = (more: object): Image => ({
  ImageId: 'ami-0aaaaaaaaaaaaaaaa',
  OwnerId: soe,
  Name: 'soe-1',
  Architecture: architecture,
  State: 'available',
  ...more,
})

const upstreams: Fleet['upstreams'] = {
  amis: { ami: { owner: soe, name: 'soe-*', architecture } },
  here: { parameter: { name: '/soe/ami', owner: soe, architecture } },
  theirs: { parameter: { name: '/soe/ami', account: soe, architecture } },
  baked: { image: { name: 'soe-base', architecture } },
  named: { event: { account: soe, amiName: 'soe-*', architecture, emergencies: false } },
  announced: { event: { account: soe, architecture, emergencies: false } },
}
const fleet: Fleet = { ...exampleFleet(), upstreams }
const makeDeps = (ssmIn = async () => new SSMClient({ region: 'us-west-2' })) => ({
  fleet,
  fleetName: 'golden',
  imageBuilderArnPrefix: 'arn:aws:imagebuilder:us-west-2:111122223333',
  ec2: ec2 as unknown as EC2Client,
  ssm: ssm as unknown as SSMClient,
  ssmIn,
})
const closed = async (): Promise<SSMClient> => {
  throw new TargetUnreachable('cannot assume golden-read-upstream')
}

beforeEach(() => {
  for (const mock of [ec2, ssm, organizations]) mock.reset()
  ec2.on(DescribeImagesCommand).resolves({ Images: [ami({})] })
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'ami-0aaaaaaaaaaaaaaaa' } })
})

describe('an upstream', () => {
  it.each(['amis', 'here', 'theirs', 'named'])('%s is fine where its newest AMI is believed', async (upstream) => {
    expect(await examineUpstream(makeDeps(), upstream)).toEqual({ upstream, ami: 'ami-0aaaaaaaaaaaaaaaa' })
  })

  it('that is known by its events alone is not looked for', async () => {
    expect(await examineUpstream(makeDeps(), 'announced')).toEqual({ upstream: 'announced' })
    expect(ec2.calls()).toEqual([])
  })

  it.each([
    ['amis', "account 444455556666 shares no x86_64 AMI 'soe-*' with the build account"],
    ['baked', 'no AMI of the Image Builder image soe-base is there'],
    ['here', /^the build account 111122223333 cannot see it/],
  ])('%s without an AMI says so', async (upstream, problem) => {
    ec2.on(DescribeImagesCommand).resolves({ Images: [] })
    const reported = typeof problem === 'string' ? problem : expect.stringMatching(problem)
    expect(await examineUpstream(makeDeps(), upstream)).toMatchObject({ upstream, problem: reported })
  })

  it('whose parameter is gone, or names the AMI of another, says so', async () => {
    ec2.on(DescribeImagesCommand).resolves({ Images: [ami({ OwnerId: owner })] })
    expect((await examineUpstream(makeDeps(), 'here')).problem).toMatch(/its owner is account 999988887777/)
    ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: 'gone', $metadata: {} }))
    expect((await examineUpstream(makeDeps(), 'theirs')).problem).toBe(
      'there is no parameter /soe/ami in account 444455556666',
    )
  })

  it('whose account lets nobody in says so', async () => {
    expect((await examineUpstream(makeDeps(closed), 'theirs')).problem).toBe('cannot assume golden-read-upstream')
  })
})

it('tells the accounts of each ring, or why nobody does', async () => {
  const { early, everyone } = fleet.rings
  if (!early || !everyone) throw new Error('the example has other rings now')
  const rings = { early, everyone: { ...everyone, organizationalUnits: ['ou-exam-example1'] } }
  organizations
    .on(ListAccountsForParentCommand)
    .rejects(Object.assign(new Error('not yours'), { name: 'AccessDeniedException' }))
  const report = await examineAccounts(
    {
      deployed: { fleet: { ...fleet, rings }, definitions: {}, version: '0.3.0', schema: 1 },
      upstreams: makeDeps(),
      organizations: organizations as unknown as OrganizationsClient,
      targetsIn: () => {
        throw new Error('no target is looked at')
      },
    },
    { look: 'fleet' },
  )
  expect(report).toMatchObject({
    version: '0.3.0',
    schema: 1,
    fingerprints: { name: expect.stringMatching(/^[0-9a-f]{16}$/) },
    rings: {
      early: { accounts: ['222233334444'] },
      everyone: { unreadable: expect.stringMatching(/must be a delegated administrator/) },
    },
  })
})

it.each([
  ['a look at nothing', { look: 'everything' }],
  ['an account that is none', { look: 'targets', targets: [{ account: '12', rings: [] }] }],
  ['too many', { look: 'targets', targets: Array(21).fill({ account: soe, rings: [] }) }],
])('does not take %s', (_, request) => {
  expect(v.safeParse(ExamineAccountsInput, request).success).toBe(false)
})
