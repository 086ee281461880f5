import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AwsEndpoint } from '../../../../emulator/aws-endpoint.ts'
import { VirtualClock } from '../../../../emulator/clock.ts'
import type { Readings } from '../../../../emulator/index.ts'
import { Random } from '../../../../emulator/random.ts'
import { build, soe } from '../../accounts.ts'

/** What Image Builder refuses when something is created, anybody who creates it. */

let aws: AwsEndpoint
const open = (readings?: Readings) => {
  const clock = new VirtualClock(Date.parse('2026-09-01T06:00:00Z'))
  aws = new AwsEndpoint({ clock, random: new Random(1), ...build, readings })
}
const make = (type: string, properties: Record<string, unknown>) =>
  aws.imagebuilder.createFromTemplate(`AWS::ImageBuilder::${type}`, properties, build).ref
const parameter = (value: string, region = build.region) =>
  aws.ssm.seed({ account: build.account, region }, { name: '/parent', value })
const ami = (o: { sharedWith?: string[]; region?: string; windows?: boolean } = {}) => {
  const { sharedWith = [build.account], region = build.region, windows = false } = o
  const platform = windows ? { Platform: 'Windows' as const } : {}
  return aws.ec2.addImage({ ...soe, region, Name: 'soe', sharedWith, ...platform }).image.ImageId
}
const recipe = (o: Record<string, unknown> = {}) =>
  make('ImageRecipe', { Name: 'web', Version: '1.0.x', ParentImage: 'ssm:/parent', ...o })
const component = (o: Record<string, unknown> = {}) =>
  make('Component', { Name: 'patch', Version: '1.0.0', Platform: 'Linux', Data: 'name: patch', ...o })

beforeEach(() => open())
afterEach(() => expect(aws.calls).toEqual([]))

describe('a recipe', () => {
  it('is created on a parameter with an AMI that the account sees', () => {
    parameter(ami())
    expect(recipe()).toContain(':image-recipe/web/1.0.0')
  })

  it.each([[[]], [['ab']], [['golden ']], ['golden'], [['one', 'two', 'three', 'four', 'five', 'six']]])(
    'is refused with the watermarks %j',
    (AmiWatermarks) => {
      parameter(ami())
      expect(() => recipe({ AmiWatermarks })).toThrow("'amiWatermarks' is not valid")
    },
  )

  it('is created with watermarks', () => {
    parameter(ami())
    expect(recipe({ AmiWatermarks: ['golden', 'a b'] })).toContain(':image-recipe/web/1.0.0')
  })

  const refusals: [string, () => void, string][] = [
    ['does not exist', () => {}, 'The SSM parameter /parent does not exist in us-east-1'],
    ['is in another region only', () => parameter(ami(), 'eu-west-1'), '/parent does not exist in us-east-1'],
    ['has something else', () => parameter('latest'), '/parent has latest, which is no AMI that 111111111111 may use'],
    ['has an AMI that is not shared', () => parameter(ami({ sharedWith: [] })), 'which is no AMI that 111111111111'],
    ['has an AMI of another region', () => parameter(ami({ region: 'eu-west-1' })), 'which is no AMI that'],
  ]
  it.each(refusals)(
    'is refused where the parameter %s, and not where that is read leniently',
    (_, arrange, message) => {
      arrange()
      expect(() => recipe()).toThrow(message)
      expect(() => recipe()).toThrow(expect.objectContaining({ name: 'InvalidParameterValueException' }))
      open({ 'parent-at-creation': 'lenient' })
      arrange()
      expect(recipe()).toContain('1.0.0')
    },
  )

  const disk = (o: object = {}, DeviceName = '/dev/xvda') => ({ DeviceName, Ebs: { VolumeSize: 8, ...o } })
  it.each<[string, Record<string, unknown>, string]>([
    ['a device twice', { BlockDeviceMappings: [disk(), disk()] }, 'The device /dev/xvda is mapped twice'],
    ['no volume', { BlockDeviceMappings: [disk({ VolumeSize: 0 })] }, "'volumeSize' is not valid"],
    ['a volume too large', { BlockDeviceMappings: [disk({ VolumeSize: 16_001 })] }, "'volumeSize' is not valid"],
    ['too few operations', { BlockDeviceMappings: [disk({ Iops: 99 })] }, "'iops' is not valid"],
    [
      'too much',
      { BlockDeviceMappings: [disk({ VolumeType: 'gp3', Throughput: 1_001 })] },
      "'throughput' is not valid",
    ],
    ['throughput of gp2', { BlockDeviceMappings: [disk({ VolumeType: 'gp2', Throughput: 125 })] }, 'type gp3 only'],
    ['a tag of AWS', { AmiTags: { 'aws:x': '1' } }, "The tag aws:x of 'amiTags' is not valid"],
    ['a tag too long', { Tags: { x: 'y'.repeat(257) } }, "The tag x of 'tags' is not valid"],
    ['51 tags', { AmiTags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`t${i}`, ''])) }, 'may have 50'],
    [
      '21 components',
      { Components: Array(21).fill({ ComponentArn: 'arn:aws:imagebuilder:us-east-1:aws:component/x/x.x.x' }) },
      '20 components',
    ],
  ])('is refused for %s', (_, o, message) => {
    parameter(ami())
    expect(() => recipe(o)).toThrow(message)
  })

  it('is refused for a component of another operating system, and for one that is not there', () => {
    parameter(ami({ windows: true }))
    const Components = [{ ComponentArn: component() }]
    expect(() => recipe({ Components })).toThrow('is for Linux, and the parent image is Windows')
    const none = `${Components[0]?.ComponentArn.slice(0, -1)}9`
    expect(() => recipe({ Components: [{ ComponentArn: none }] })).toThrow('does not exist')
  })
})

describe('a component', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['a document and an address', { Uri: 's3://bucket/key' }, 'either data or a uri'],
    ['neither', { Data: undefined }, 'either data or a uri'],
    ['an address that is none', { Data: undefined, Uri: 'https://example.com/a' }, "'uri' is not valid"],
    ['no system', { SupportedOsVersions: [] }, "'supportedOsVersions' is not valid"],
    [
      'too many systems',
      { SupportedOsVersions: Array.from({ length: 26 }, (_, i) => `Ubuntu ${i}`) },
      "'supportedOsVersions' is not valid",
    ],
    ['a document too long', { Data: 'x'.repeat(16_001) }, 'more than 16000 characters'],
  ])('is refused for %s', (_, o, message) => {
    expect(() => component(o)).toThrow(message)
  })
})

it('a pipeline that scans is refused where Inspector is off, and created where it is on', () => {
  parameter(ami())
  const InfrastructureConfigurationArn = make('InfrastructureConfiguration', { Name: 'i', InstanceProfileName: 'p' })
  const ImageRecipeArn = recipe()
  const pipeline = (Name: string, ImageScanningEnabled: boolean) =>
    make('ImagePipeline', {
      Name,
      ImageRecipeArn,
      InfrastructureConfigurationArn,
      ImageScanningConfiguration: { ImageScanningEnabled },
    })
  aws.inspector.off.add(build.account)
  expect(() => pipeline('scans', true)).toThrow('needs Amazon Inspector, which account 111111111111 has not enabled')
  expect(pipeline('does-not', false)).toContain('does-not')
  aws.inspector.off.delete(build.account)
  expect(pipeline('scans', true)).toContain('scans')
})

it('an infrastructure configuration has 30 tags of resources at the most', () => {
  const ResourceTags = Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`t${i}`, '']))
  const make31 = () => make('InfrastructureConfiguration', { Name: 'i', InstanceProfileName: 'p', ResourceTags })
  expect(make31).toThrow("'resourceTags' has 31 tags, and may have 30")
})

it('what something needs cannot be deleted', () => {
  parameter(ami())
  const patch = component()
  const arn = recipe({ Components: [{ ComponentArn: patch }] })
  expect(() => aws.imagebuilder.removeFromTemplate(patch)).toThrow(`is needed by '${arn}'`)
  aws.imagebuilder.removeFromTemplate(arn)
  aws.imagebuilder.removeFromTemplate(patch)
})
