import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readEstate } from '../../cli/rehearse/estate-option.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { parseEstate, traitsOf } from '../../rehearsal/estate.ts'

const pipeline = (name: string) => `pipeline: 'arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/${name}'`
const fleet = parseFleet(
  `name: estate
build: { account: '111122223333', region: us-west-2 }
upstreams: { soe: { platform: Linux, ami: { owner: '444455556666', name: 'soe-*' } } }
images:
  base: { parent: soe, ${pipeline('base')} }
  app: { parent: base, ${pipeline('app')} }
rings: { all: { accounts: ['222233334444'], regions: [us-west-2] } }
`,
  'fleet.yaml',
)

it('leaves out what is sound', () => {
  const estate = parseEstate(fleet, 'pipelines: { app: { parent: image, volumes: none } }', 'estate.yaml')
  expect(traitsOf(estate, 'app')).toMatchObject({ parent: 'image', volumes: 'none', status: 'ENABLED' })
  expect(traitsOf(estate, 'base')).toMatchObject({ parent: 'ami', volumes: 'customer-key', terraform: false })
})

it('has an example that says all of it', () => {
  const text = readFileSync('examples/estate.yaml', 'utf8')
  expect(readEstate(fleet, 'examples/estate.yaml').others).toEqual(['nightly-lab'])
  const all = text
    .replace('pipelines: {}', 'pipelines:')
    .replaceAll(/^# {2}/gm, '  ')
    .replace('billing', 'app')
  expect(parseEstate(fleet, all, 'estate.yaml').pipelines.app).toEqual({
    ...traitsOf({ pipelines: {}, others: [] }, 'app'),
    schedule: 'cron(0 4 * * ? *)',
    sharedWith: ['444455556666'],
  })
})

it.each([
  [
    'pipelines: { aap: {} }',
    "1:14: pipelines.aap: expected an image that adopts a pipeline, found 'aap', did you mean 'app'?",
  ],
  ['pipelines: { base: { parent: image } }', '1:30: pipelines.base.parent: expected ami or parameter: soe, its parent'],
  ['pipelines: { base: { volumes: none, size: 3 } }', "1:37: pipelines.base: unknown key 'size'"],
  ['pipelines: { base: { volumes: some } }', '1:31: pipelines.base.volumes: expected one of customer-key,'],
  ['pipelines: [', 'this is not YAML'],
])('refuses %s, with its place', (text, message) => {
  expect(() => parseEstate(fleet, text, 'estate.yaml')).toThrow(message)
})

it('says what to do where there is no such file', () => {
  expect(() => readEstate(fleet, 'no-such.yaml')).toThrow(
    'no-such.yaml: there is no such file. Name a file with --estate',
  )
})
