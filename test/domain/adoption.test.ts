import {
  type CreateImageRecipeRequest,
  CreateImageRecipeRequest$,
  type ImagePipeline,
  ImagePipeline$,
  type ImageRecipe,
  ImageRecipe$,
  type UpdateImagePipelineRequest,
  UpdateImagePipelineRequest$,
} from '@aws-sdk/client-imagebuilder'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  carriedByPipeline,
  carriedByRecipe,
  isSameRecipe,
  newestComponents,
  nextRecipe,
  nextVersion,
  parentKind,
  updatedPipeline,
} from '../../domain/adoption.ts'
import { type Schema, shapeOf } from '../../emulator/protocol/shape.ts'

const arn = 'arn:aws:imagebuilder:eu-west-1:111122223333'
const membersOf = (schema: Schema) => [...shapeOf(schema).structIterator()].map(([name]) => name)

type LostOfRecipes = Exclude<keyof ImageRecipe & keyof CreateImageRecipeRequest, (typeof carriedByRecipe)[number]>
type LostOfPipelines = Exclude<
  keyof ImagePipeline & keyof UpdateImagePipelineRequest,
  (typeof carriedByPipeline)[number]
>

describe('what is carried over', () => {
  it('is all of a recipe that a request to create one takes', () => {
    const others = membersOf(CreateImageRecipeRequest$).filter((name) => !isIn(carriedByRecipe, name))
    expect(others.toSorted()).toEqual(['clientToken', 'semanticVersion'])
    const missing = carriedByRecipe.filter((name) => !membersOf(ImageRecipe$).includes(name))
    expect(missing).toEqual([])
    // Does not compile otherwise.
    expectTypeOf<LostOfRecipes>().toBeNever()
  })

  it('is all of a pipeline that a request to update one takes', () => {
    const others = membersOf(UpdateImagePipelineRequest$).filter((name) => !isIn(carriedByPipeline, name))
    expect(others.toSorted()).toEqual(['clientToken', 'imagePipelineArn'])
    const missing = carriedByPipeline.filter((name) => !membersOf(ImagePipeline$).includes(name))
    expect(missing).toEqual([])
    expectTypeOf<LostOfPipelines>().toBeNever()
  })
})

const isIn = (names: readonly string[], name: string) => names.includes(name)

describe('a parent', () => {
  it.each([
    ['ami-0123456789abcdef0', 'pinned'],
    ['ami-12345678', 'pinned'],
    [`${arn}:image/base/1.2.3/4`, 'pinned'],
    ['arn:aws:imagebuilder:eu-west-1:aws:image/amazon-linux-2023-x86/2024.1.1/1', 'pinned'],
    [`${arn}:image/base/1.2.3`, 'followed'],
    [`${arn}:image/base/1.2.x`, 'followed'],
    [`${arn}:image/base/x.x.x`, 'followed'],
    [`${arn}:image/base`, 'followed'],
    ['ssm:/golden/images/base/parent', 'followed'],
    ['ssm:arn:aws:ssm:eu-west-1:111122223333:parameter/golden/base', 'followed'],
    ['prod-abcdefghijklm', 'followed'],
    ['8b7ee6f0-0e5b-4a6c-8c0e-0123456789ab', 'followed'],
  ])('%s is %s', (parent, kind) => {
    expect(parentKind(parent)).toBe(kind)
  })
})

it.each([
  ['1.2.3', '1.2.x'],
  ['2021.01.01', '2021.01.x'],
  ['0.0.1073741822', '0.0.x'],
])('after %s comes %s', (version, next) => {
  expect(nextVersion(version)).toBe(next)
})

const recipe: ImageRecipe = {
  arn: `${arn}:image-recipe/base/1.2.3`,
  type: 'AMI',
  platform: 'Linux',
  owner: '111122223333',
  name: 'Base',
  description: 'all',
  version: '1.2.3',
  dateCreated: '2026-01-01T00:00:00Z',
  components: [{ componentArn: `${arn}:component/a/1.0.0/1`, parameters: [{ name: 'n', value: ['v'] }] }],
  parentImage: 'ami-0aaaaaaaaaaaaaaaa',
  workingDirectory: '/tmp',
  blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { encrypted: true, volumeSize: 20 }, noDevice: '' }],
  additionalInstanceConfiguration: { systemsManagerAgent: { uninstallAfterBuild: false } },
  amiTags: { Team: 'platform' },
  tags: { Owner: 'us', 'aws:cloudformation:stack-name': 'base' },
}

describe('the next recipe', () => {
  it('is the recipe, with another parent and the next version', () => {
    const { arn: _a, type: _t, platform: _p, owner: _o, version: _v, dateCreated: _d, ...kept } = recipe
    expect(nextRecipe(recipe, { parentImage: 'ami-0bbbbbbbbbbbbbbbb' })).toEqual({
      ...kept,
      parentImage: 'ami-0bbbbbbbbbbbbbbbb',
      semanticVersion: '1.2.x',
      tags: { Owner: 'us' },
    })
  })

  it('says nothing of what is empty, which the API would not take', () => {
    const empty = { tags: { 'aws:cloudformation:stack-name': 'base' }, amiTags: {}, components: [] }
    const next = nextRecipe({ ...recipe, ...empty, blockDeviceMappings: [], description: '' }, {})
    for (const member of ['tags', 'amiTags', 'components', 'blockDeviceMappings', 'description'])
      expect(next).not.toHaveProperty(member)
  })

  it('keeps what is false', () => {
    const { additionalInstanceConfiguration } = nextRecipe(recipe, {})
    expect(additionalInstanceConfiguration?.systemsManagerAgent?.uninstallAfterBuild).toBe(false)
  })

  it('is known again by all but its version and date', () => {
    const request = nextRecipe(recipe, { parentImage: 'ami-0bbbbbbbbbbbbbbbb' })
    const made = { ...recipe, parentImage: 'ami-0bbbbbbbbbbbbbbbb', version: '1.2.4', arn: 'x' }
    expect(isSameRecipe({ ...made, amiTags: { Team: 'platform' } }, request)).toBe(true)
    expect(isSameRecipe(recipe, request)).toBe(false)
    expect(isSameRecipe({ ...made, tags: { Owner: 'them' } }, request)).toBe(false)
    expect(isSameRecipe({ ...made, components: [] }, request)).toBe(false)
  })
})

describe('the updated pipeline', () => {
  it('is the pipeline with another recipe', () => {
    const said: Partial<ImagePipeline> = {
      description: 'nightly',
      enhancedImageMetadataEnabled: false,
      status: 'DISABLED',
      infrastructureConfigurationArn: 'infra',
      distributionConfigurationArn: 'dist',
      imageTestsConfiguration: { imageTestsEnabled: false },
      executionRole: 'role',
      schedule: { scheduleExpression: 'cron(0 0 * * ? *)', autoDisablePolicy: { failureCount: 3 } },
      workflows: [{ workflowArn: 'w' }],
      imageTags: { A: 'b' },
    }
    const state: Partial<ImagePipeline> = {
      arn: 'pipeline',
      name: 'Base',
      platform: 'Linux',
      dateCreated: 'd',
      consecutiveFailures: 2,
      tags: { Owner: 'us' },
      lastRunStatus: 'AVAILABLE',
      imageRecipeArn: 'old',
    }
    expect(updatedPipeline({ ...said, ...state }, 'new')).toEqual({
      ...said,
      imagePipelineArn: 'pipeline',
      imageRecipeArn: 'new',
    })
  })
})

describe('the newest components', () => {
  const a = `${arn}:component/a`
  const version = (number: string, more: object = {}) => ({
    arn: `${a}/${number}`,
    platform: 'Linux',
    status: 'ACTIVE',
    ...more,
  })
  const present = version('1.2.0')

  it.each([
    [
      'the newest of the same major number',
      '1.2.0/1',
      [version('1.9.0'), version('1.10.1'), version('2.0.0')],
      '1.10.1',
    ],
    ['a version without a build number too', '1.2.0', [version('1.2.1')], '1.2.1'],
    ['builds for what they are builds of', '1.2.0/1', [version('1.3.0/2')], '1.3.0'],
    ['no older one', '1.2.0/1', [version('1.1.9')], undefined],
    ['no wildcard', '1.2.x', [version('1.3.0')], undefined],
    ['no other component', '1.2.0/1', [{ ...present, arn: `${arn}:component/ab/1.3.0` }], undefined],
    ['no other platform', '1.2.0/1', [version('1.3.0', { platform: 'Windows' })], undefined],
    ['none that is not to be used', '1.2.0/1', [version('1.4.0', { status: 'DEPRECATED' }), version('1.3.0')], '1.3.0'],
    ['none for fewer systems', '1.2.0/1', [version('1.3.0', { supportedOsVersions: ['Ubuntu 24'] })], undefined],
  ])('are %s', (_, used, others, expected) => {
    const parameters = [{ name: 'n', value: ['v'] }]
    const [moved] = newestComponents([{ componentArn: `${a}/${used}`, parameters }], [...others, present])
    expect(moved).toEqual({ componentArn: `${a}/${expected ?? used}`, parameters })
  })

  it('are for every system that the present one is for', () => {
    const on = (...supportedOsVersions: string[]) => ({ supportedOsVersions })
    const candidates = [
      version('1.2.0', on('Amazon Linux 2', 'Amazon Linux 2023')),
      version('1.3.0', on('Amazon Linux 2023', 'Amazon Linux 2')),
      version('1.4.0', on('Amazon Linux 2023')),
    ]
    expect(newestComponents([{ componentArn: `${a}/1.2.0/1` }], candidates)).toEqual([{ componentArn: `${a}/1.3.0` }])
  })

  it('leave alone whose present version nobody knows', () => {
    const used = [{ componentArn: `${a}/1.2.0/1` }]
    expect(newestComponents(used, [version('1.3.0')])).toEqual(used)
  })
})
