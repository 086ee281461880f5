import {
  CreateLaunchTemplateVersionCommand,
  type CreateLaunchTemplateVersionCommandInput,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  ModifyLaunchTemplateCommand,
} from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { LaunchTemplate } from '../../../emulator/services/launch-templates.ts'
import type { CallRecord } from '../../../emulator/services/types.ts'
import { allow, build, clientOptions, itFitsTheModels, roleWith, type Served, served } from '../accounts.ts'

const calls: CallRecord[] = []
let world: Served
let client: EC2Client
let template: LaunchTemplate
let ami: string

beforeAll(async () => {
  world = await served()
})

beforeEach(() => {
  template = world.aws.ec2.launchTemplates.add({
    ...build,
    name: 'payments-api',
    tags: { Team: 'payments' },
    data: { ImageId: 'ami-00000000000000001', InstanceType: 'm7i.large', SecurityGroupIds: ['sg-1'] },
  })
  ami ??= world.aws.ec2.addImage({ ...build, Name: 'golden-payments 1' }).image.ImageId
  client = new EC2Client(clientOptions(world, roleWith(world.aws, [allow('ec2:*', 'ssm:GetParameters')])))
})

afterAll(async () => {
  await world.close()
  calls.push(...world.aws.calls)
})

const create = (o: Partial<CreateLaunchTemplateVersionCommandInput> = {}) =>
  client.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateName: 'payments-api',
      SourceVersion: '$Latest',
      LaunchTemplateData: { ImageId: ami },
      ...o,
    }),
  )
const versions = async (...Versions: string[]) => {
  const input = { LaunchTemplateName: 'payments-api', ...(Versions.length > 0 && { Versions }) }
  const { LaunchTemplateVersions = [] } = await client.send(new DescribeLaunchTemplateVersionsCommand(input))
  return LaunchTemplateVersions
}

it('is described with its versions', async () => {
  const named = { LaunchTemplateNames: ['payments-api'] }
  const { LaunchTemplates } = await client.send(new DescribeLaunchTemplatesCommand(named))
  expect(LaunchTemplates).toMatchObject([
    {
      LaunchTemplateId: template.id,
      LaunchTemplateName: 'payments-api',
      DefaultVersionNumber: 1,
      LatestVersionNumber: 1,
      Tags: [{ Key: 'Team', Value: 'payments' }],
    },
  ])
  expect(LaunchTemplates?.[0]?.LaunchTemplateId).toMatch(/^lt-0[0-9a-f]{16}$/)
  expect((await client.send(new DescribeLaunchTemplatesCommand())).LaunchTemplates).toEqual(LaunchTemplates)
})

it('gets a version that has of its source what is not said again, and another default', async () => {
  const { LaunchTemplateVersion: made, Warning } = await create({ VersionDescription: 'golden 1.0.1' })
  expect(made).toMatchObject({
    VersionNumber: 2,
    DefaultVersion: false,
    VersionDescription: 'golden 1.0.1',
    LaunchTemplateData: { ImageId: ami, InstanceType: 'm7i.large', SecurityGroupIds: ['sg-1'] },
  })
  expect(Warning).toBeUndefined()
  expect((await versions()).map(({ VersionNumber }) => VersionNumber)).toEqual([2, 1])
  expect((await versions('$Default'))[0]?.VersionNumber).toBe(1)
  const modified = await client.send(
    new ModifyLaunchTemplateCommand({ LaunchTemplateId: template.id, DefaultVersion: '2' }),
  )
  expect(modified.LaunchTemplate?.DefaultVersionNumber).toBe(2)
  expect((await versions('$Default', '$Latest', '1')).map(({ VersionNumber }) => VersionNumber)).toEqual([2, 2, 1])
  expect(template).toMatchObject({ default: 2, versions: [{}, {}] })
})

it('has nothing of another version where no source is named', async () => {
  const { LaunchTemplateVersion: made } = await create({ SourceVersion: undefined })
  expect(made?.LaunchTemplateData).toEqual({ ImageId: ami })
})

it('answers a token once', async () => {
  const first = await create({ ClientToken: 'token-1' })
  const again = await create({ ClientToken: 'token-1' })
  expect(again.LaunchTemplateVersion).toEqual(first.LaunchTemplateVersion)
  expect(template.versions).toHaveLength(2)
  const other = create({ ClientToken: 'token-1', SourceVersion: '1' })
  await expect(other).rejects.toMatchObject({ name: 'IdempotentParameterMismatch' })
})

it('warns of an AMI that the account may not use, and makes the version nevertheless', async () => {
  const { LaunchTemplateVersion, Warning } = await create({
    LaunchTemplateData: { ImageId: 'ami-0123456789abcdef0' },
  })
  expect(LaunchTemplateVersion?.LaunchTemplateData?.ImageId).toBe('ami-0123456789abcdef0')
  expect(Warning?.Errors).toMatchObject([{ Code: 'InvalidAMIID.NotFound' }])
})

it('describes the newest version of every template', async () => {
  world.aws.ec2.launchTemplates.add({ ...build, name: 'orders-api' })
  const latest = { Versions: ['$Latest'] }
  const { LaunchTemplateVersions } = await client.send(new DescribeLaunchTemplateVersionsCommand(latest))
  const names = LaunchTemplateVersions?.map(({ LaunchTemplateName }) => LaunchTemplateName)
  expect(names).toEqual(['payments-api', 'orders-api'])
})

describe('an AMI that a parameter names', () => {
  const describeWith = (more: object = {}) =>
    client.send(
      new DescribeLaunchTemplateVersionsCommand({
        LaunchTemplateName: 'payments-api',
        Versions: ['$Latest'],
        ResolveAlias: true,
        ...more,
      }),
    )
  const amiIn = async (more?: object) =>
    (await describeWith(more)).LaunchTemplateVersions?.[0]?.LaunchTemplateData?.ImageId
  const put = (Name: string, more: object = {}) =>
    world.aws.call({
      principal: world.aws.iam.operator(),
      service: 'ssm',
      operation: 'PutParameter',
      input: { Name, Value: ami, Type: 'String', DataType: 'aws:ec2:image', Overwrite: true, ...more },
    })

  it('is resolved where that is asked for, at its newest version or the one that is named', async () => {
    await put('/golden/payments')
    const other = world.aws.ec2.addImage({ ...build, Name: 'golden-payments 2' }).image.ImageId
    await put('/golden/payments', { Value: other })
    await create({ LaunchTemplateData: { ImageId: 'resolve:ssm:/golden/payments:1' } })
    expect(await amiIn()).toBe(ami)
    await create({ LaunchTemplateData: { ImageId: 'resolve:ssm:/golden/payments' } })
    expect(await amiIn()).toBe(other)
    expect(await amiIn({ ResolveAlias: false })).toBe('resolve:ssm:/golden/payments')
    expect(await amiIn({ Versions: ['1'] })).toBe('ami-00000000000000001')
    await expect(describeWith({ Versions: ['1', '2'] })).rejects.toMatchObject({
      name: 'InvalidParameterCombination',
    })
  })

  it.each([
    ['is not there', '/golden/nothing'],
    ['has no AMI', '/golden/text'],
  ])('is not found in a parameter that %s', async (_, name) => {
    await put('/golden/text', { DataType: 'text' })
    await create({ LaunchTemplateData: { ImageId: `resolve:ssm:${name}` } })
    await expect(describeWith()).rejects.toMatchObject({ name: 'SsmInvalidParameter' })
  })

  it('is for those who may read the parameter', async () => {
    client = new EC2Client(clientOptions(world, roleWith(world.aws, [allow('ec2:*')])))
    await expect(describeWith()).rejects.toMatchObject({ name: 'UnauthorizedOperation' })
    expect(await amiIn({ ResolveAlias: false })).toBe('ami-00000000000000001')
  })
})

describe('refuses', () => {
  it.each<[string, Partial<CreateLaunchTemplateVersionCommandInput>, string]>([
    ['a name', { LaunchTemplateName: 'other' }, 'InvalidLaunchTemplateName.NotFoundException'],
    [
      'an id',
      { LaunchTemplateName: undefined, LaunchTemplateId: 'lt-00000000000000000' },
      'InvalidLaunchTemplateId.NotFound',
    ],
    ['a version', { SourceVersion: '9' }, 'InvalidLaunchTemplateId.VersionNotFound'],
  ])('%s that is not there', async (_, o, name) => {
    await expect(create(o)).rejects.toMatchObject({ name })
  })

  it('both names, and none', async () => {
    const both = create({ LaunchTemplateId: template.id })
    await expect(both).rejects.toMatchObject({ name: 'InvalidParameterCombination' })
    const none = create({ LaunchTemplateName: undefined })
    await expect(none).rejects.toMatchObject({ name: 'MissingParameter' })
  })

  it('a template of another region', async () => {
    const elsewhere = new EC2Client(clientOptions(world, undefined, 'eu-west-1'))
    const call = elsewhere.send(new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: ['payments-api'] }))
    await expect(call).rejects.toMatchObject({ name: 'InvalidLaunchTemplateName.NotFoundException' })
  })

  it('who has the right for templates with another tag only', async () => {
    const of = (team: string) => {
      const condition = { StringEquals: { 'aws:ResourceTag/Team': team } }
      const role = roleWith(world.aws, [{ ...allow('ec2:CreateLaunchTemplateVersion'), Condition: condition }], {
        name: `of-${team}`,
        logicalId: `Of${team}`,
      })
      client = new EC2Client(clientOptions(world, role))
    }
    of('orders')
    await expect(create()).rejects.toMatchObject({ name: 'UnauthorizedOperation' })
    of('payments')
    expect((await create()).LaunchTemplateVersion?.VersionNumber).toBe(2)
  })
})

itFitsTheModels(() => world.aws.calls)
