import {
  DescribeImagesCommand,
  DescribeInstanceTypesCommand,
  EC2Client,
  GetAllowedImagesSettingsCommand,
} from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { build, clientOptions, type Served, served, soe } from '../accounts.ts'

let world: Served
let ec2: EC2Client
let ami: string
beforeEach(async () => {
  world = await served()
  ec2 = new EC2Client(clientOptions(world))
  const shared = { ...soe, Name: 'soe-1', sharedWith: [build.account], CreationDate: '2026-08-22T12:00:00.000Z' }
  ami = world.aws.ec2.addImage(shared).image.ImageId
})
afterEach(() => world.close())

const seen = async () => ((await ec2.send(new DescribeImagesCommand({}))).Images ?? []).map(({ ImageId }) => ImageId)

it.each<[string, Parameters<typeof world.aws.ec2.allowed.set>[1], boolean]>([
  ['disabled', { state: 'disabled', criteria: [] }, true],
  ['in audit mode', { state: 'audit-mode', criteria: [] }, true],
  ['enabled for nobody', { state: 'enabled', criteria: [{ ImageProviders: ['none'] }] }, false],
  ['enabled for its owner', { state: 'enabled', criteria: [{ ImageProviders: [soe.account] }] }, true],
  ['enabled for its name', { state: 'enabled', criteria: [{ ImageNames: ['soe-?'] }] }, true],
  ['enabled for a product', { state: 'enabled', criteria: [{ MarketplaceProductCodes: ['abc'] }] }, false],
  [
    'enabled for newer ones',
    { state: 'enabled', criteria: [{ CreationDateCondition: { MaximumDaysSinceCreated: 5 } }] },
    false,
  ],
  [
    'enabled for its age',
    { state: 'enabled', criteria: [{ CreationDateCondition: { MaximumDaysSinceCreated: 30 } }] },
    true,
  ],
  [
    'enabled for its owner and another name',
    { state: 'enabled', criteria: [{ ImageProviders: [soe.account], ImageNames: ['x'] }] },
    false,
  ],
])('Allowed AMIs are %s', async (_, settings, visible) => {
  const own = world.aws.ec2.addImage({ ...build, Name: 'own' }).image.ImageId
  world.aws.ec2.allowed.set(build, settings)
  expect(await seen()).toEqual(visible ? expect.arrayContaining([ami, own]) : [own])
  expect(world.aws.ec2.usable(ami, build) !== undefined).toBe(visible)
  const { State, ImageCriteria = [] } = await ec2.send(new GetAllowedImagesSettingsCommand({}))
  expect([State, ImageCriteria]).toEqual([settings.state, settings.criteria])
})

it('instance types have vCPUs', async () => {
  const InstanceTypes = ['m7i.large', 'm7g.medium', 'c6i.4xlarge', 't3.medium'] as const
  const { InstanceTypes: found = [] } = await ec2.send(
    new DescribeInstanceTypesCommand({ InstanceTypes: [...InstanceTypes] }),
  )
  expect(found.map(({ VCpuInfo }) => VCpuInfo?.DefaultVCpus)).toEqual([2, 1, 16, 2])
})
