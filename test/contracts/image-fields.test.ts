import type * as v from 'valibot'
import { beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { imageFields, type PipelineField } from '../../domain/fleet/image-fields.ts'
import { imageFingerprint } from '../../domain/fleet/image-fingerprint.ts'
import { type Fleet, type Image, ImageSchema } from '../../domain/fleet/model.ts'
import { FleetInvalid, parseFleet } from '../../domain/fleet/parse.ts'
import { orderRebake } from '../../domain/planning/bake-order.ts'
import { slow, synth } from '../infra/fixture.ts'
import { resourcesOf } from '../support/template.ts'

type Field = keyof Image
type Written = Required<v.InferInput<typeof ImageSchema>>

const pipeline = (name: string) => `arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/${name}`

/** Two values of each field, as people write them. A new field must have them here. */
const samples: { [K in Field]: [Written[K], Written[K]] } = {
  description: ['one', 'another'],
  parent: ['soe', 'base'],
  pipeline: [pipeline('one'), pipeline('another')],
  componentUpdates: ['pinned', 'latest'],
  infrastructure: ['linux', 'large'],
  components: [['update'], ['agent', 'update']],
  workflows: [['sound'], [{ workflow: 'sound', parallelGroup: 'first' }]],
  root: [{ size: 8 }, { size: 9 }],
  volumes: [[{ device: '/dev/sdf', size: 8 }], [{ device: '/dev/sdf', size: 9 }]],
  workingDirectory: ['/tmp', '/var/tmp'],
  userData: ['#!/bin/sh\nmkdir /one', '#!/bin/sh\nmkdir /another'],
  uninstallSsmAgent: [false, true],
  watermarks: [['golden'], ['golden', 'linux']],
  tags: [{ team: 'one' }, { team: 'another' }],
  tests: [true, false],
  testTimeout: ['1h', '2h'],
  scanning: [false, true],
  timeout: ['2h', '3h'],
  estimate: ['40m', '50m'],
  freshness: ['30d', '60d'],
  rings: [['early'], ['early', 'everyone']],
  checks: [{ ami: { maxRootSize: 8 } }, { ami: { maxRootSize: 9 } }],
  window: [
    { schedule: 'cron(0 20 * * ? *)', duration: '8h' },
    { schedule: 'cron(0 20 * * ? *)', duration: '9h' },
  ],
}

/** What bakes an image of Rebake's own, and what there is in its place where a pipeline was there before. */
const own = { parent: 'soe', infrastructure: 'linux', components: ['update'] }
const adopted = { parent: 'soe', pipeline: samples.pipeline[0] }

function fleetOf(images: Record<string, object>): Fleet {
  const arn = (name: string) => `arn:aws:imagebuilder:us-west-2:aws:component/${name}-linux/x.x.x`
  const text = stringify({
    name: 'gold',
    build: { account: '111122223333', region: 'us-west-2' },
    upstreams: { soe: { platform: 'Linux', rootDevice: '/dev/xvda', ami: { owner: '444455556666', name: 'soe-*' } } },
    infrastructure: { linux: { instanceTypes: ['m7i.large'] }, large: { instanceTypes: ['m7i.4xlarge'] } },
    components: { update: { arn: arn('update') }, agent: { arn: arn('agent') } },
    workflows: { sound: { arn: 'arn:aws:imagebuilder:us-west-2:111122223333:workflow/test/sound/1.0.0/1' } },
    images: { base: own, ...images },
    rings: {
      early: { accounts: ['222233334444'], regions: ['us-west-2'] },
      everyone: { accounts: ['555566667777'], regions: ['us-west-2'] },
    },
  })
  return parseFleet(text, 'fleet.yaml')
}
const fleetWith = (web: object) => fleetOf({ web })

const besidePipeline = (field: Field) => imageFields[field].adopted === 'only'
/** The fleet with each of the two values. */
const both = (field: Field) =>
  samples[field].map((value) => fleetWith({ ...(besidePipeline(field) ? adopted : own), [field]: value }))
const fingerprint = (fleet: Fleet) => imageFingerprint(fleet, 'web', () => '')
const problemsOf = (image: object) => {
  try {
    fleetWith(image)
    return []
  } catch (error) {
    if (error instanceof FleetInvalid) return error.problems.map(({ message }) => message)
    throw error
  }
}

it('names every field of the schema', () => {
  expect(Object.keys(imageFields)).toEqual(Object.keys(ImageSchema.entries))
})

describe.each(Object.keys(imageFields) as Field[])('the field %s', (field) => {
  const { baked, adopted: beside } = imageFields[field]

  it(`${baked ? 'changes' : 'is not part of'} the fingerprint`, () => {
    const [one, another] = both(field).map(fingerprint)
    expect(one === another).toBe(!baked)
  })

  it(`is ${beside} beside a pipeline that was there before`, () => {
    const [, value] = samples[field]
    const problems = problemsOf({ ...adopted, [field]: value })
    expect(problems).toEqual(beside === 'refused' ? [expect.stringContaining("beside 'pipeline'")] : [])
    if (beside === 'only')
      expect(problemsOf({ ...own, [field]: value })).toEqual(
        expect.arrayContaining([expect.stringContaining("'pipeline'")]),
      )
  })
})

const baked = (Object.keys(imageFields) as Field[]).filter((field) => imageFields[field].baked)
const adoptedFields = baked.filter(besidePipeline)
const recipeFields = baked.filter((field) => !besidePipeline(field))
/** What the pipeline of an image says itself. */
const pipelineFields: PipelineField[] = ['workflows']
const nameFor = (field: Field) => field.toLowerCase()

describe('what bakes an image of its own changes with', () => {
  /** An image for each field, named by it, with the first or the second of its values. */
  const recipesWith = async (nth: 0 | 1) => {
    const images = recipeFields.map((field) => [nameFor(field), { ...own, [field]: samples[field][nth] }])
    const { template } = (await synth(fleetOf(Object.fromEntries(images)))).buildStack
    const made = (type: string) =>
      Object.values(resourcesOf(template, `AWS::ImageBuilder::${type}`)).map((of): [string, unknown] => [
        `${type} ${of.Name}`,
        of,
      ])
    return new Map([...made('ImageRecipe'), ...made('ImagePipeline')])
  }
  let recipes: Awaited<ReturnType<typeof recipesWith>>[]
  beforeAll(async () => {
    recipes = [await recipesWith(0), await recipesWith(1)]
  }, slow)

  it.each(recipeFields)('%s', (field) => {
    const type = pipelineFields.some((each) => each === field) ? 'ImagePipeline' : 'ImageRecipe'
    const [one, another] = recipes.map((each) => each.get(`${type} gold-${nameFor(field)}`))
    expect(one).toBeDefined()
    expect(one).not.toEqual(another)
  })
})

it.each(adoptedFields)('what bakes an adopted image changes with %s', (field) => {
  const [one, another] = both(field).map((fleet) => {
    const { pipelineArn, componentUpdates } = orderRebake(fleet, 'web', fleet.images.web as Image, {
      campaign: 'c1',
      number: 1,
      emergency: false,
      definition: '',
      arnPrefix: 'arn:aws:imagebuilder:us-west-2:111122223333',
    })
    return { pipelineArn, componentUpdates }
  })
  expect(one).not.toEqual(another)
})
