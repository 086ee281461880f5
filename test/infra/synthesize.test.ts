import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pascalCase } from '../../infra/names.ts'
import { arbitraryFleet, exampleDirectory, exampleFleet } from '../support/fleets.ts'
import { resourcesOf } from '../support/template.ts'
import { fleetOn, fleetOnAll, slow, smallAssembly, smallFleet, synth } from './fixture.ts'

/** The small fleet, checked: once for all who ask. */
let checked: ReturnType<typeof synth> | undefined
const checkedFleet = () => {
  checked ??= synth(smallFleet(), { validate: true })
  return checked
}

describe('the templates', () => {
  it(
    'break no rule of CloudFormation or AwsSolutions',
    async () => {
      const { outdir } = await checkedFleet()
      const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'))
      expect(report.pluginReports).toEqual([])
      await expect(synth(exampleFleet(), { validate: true, fleetDirectory: exampleDirectory })).resolves.toBeDefined()
    },
    slow,
  )

  it.each([
    ['of every kind', fleetOnAll()],
    ['in no other account', fleetOn('public-parameter')],
    ['of nobody who has to be asked', fleetOn('own-ami', 'own-image', 'own-parameter')],
    ['whose older bakes are cancelled', { ...fleetOn('announced'), supersede: 'cancel' as const }],
  ])(
    'break none for a fleet with upstreams %s',
    async (_, fleet) => {
      const { outdir } = await synth(fleet, { validate: true })
      const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'))
      expect(report.pluginReports).toEqual([])
    },
    slow,
  )

  it(
    'are the same bytes twice, checked or not, but for the hash of code that nobody uploads',
    async () => {
      const texts = async (validate: boolean) => {
        const { outdir } = await (validate ? checkedFleet() : smallAssembly())
        return readdirSync(outdir)
          .filter((file) => file.endsWith('.template.json'))
          .map((file) => [file, readFileSync(join(outdir, file), 'utf8').replaceAll(/[0-9a-f]{64}(?=\.zip")/g, 'hash')])
      }
      expect(await texts(false)).toEqual(await texts(true))
    },
    slow,
  )
})

it(
  'says where each function is, by its logical id',
  async () => {
    const { functions, buildStack, outdir } = await smallAssembly()
    expect(functions.ReceiveReleaseFunction).toEqual({
      name: 'receive-release',
      directory: join(outdir, 'functions/receive-release'),
    })
    expect(Object.keys(functions)).toEqual(Object.keys(resourcesOf(buildStack.template, 'AWS::Lambda::Function')))
  },
  slow,
)

it(
  'makes every image of any fleet, with a recipe and a pipeline',
  async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFleet(), async (fleet) => {
        const { template } = (await synth(fleet)).buildStack
        const names = (type: string) =>
          Object.values(resourcesOf(template, `AWS::ImageBuilder::${type}`)).map(({ Name }) => Name)
        const images = Object.keys(fleet.images).map((key) => `${fleet.name}-${key}`)
        expect(names('ImageRecipe')).toEqual(images)
        expect(names('ImagePipeline')).toEqual(images)
      }),
      { numRuns: 8 },
    )
  },
  slow,
)

it.each([
  [['receive-release'], 'ReceiveRelease'],
  [['Image', 'al2023-base', 'Recipe'], 'ImageAl2023BaseRecipe'],
  [['platform@example.com'], 'PlatformExampleCom'],
])('writes %j as %s', (parts, id) => {
  expect(pascalCase(...parts)).toBe(id)
})

it(
  'gives an id of its own to each of two images whose names read alike',
  async () => {
    const fleet = smallFleet()
    const { base } = fleet.images
    const images = { ...fleet.images, 'api-1': base, api1: base } as never
    const { template } = (await synth({ ...fleet, images })).buildStack
    const recipes = Object.values(resourcesOf(template, 'AWS::ImageBuilder::ImageRecipe'))
    expect(recipes.map(({ Name }) => Name)).toEqual(['gold-base', 'gold-api', 'gold-api-1', 'gold-api1'])
  },
  slow,
)
