import { expect, it } from 'vitest'
import { objectAccesses } from '../../../../emulator/services/imagebuilder/component-access.ts'

const data = (steps: string, phase = 'build') => `schemaVersion: 1.0
parameters: [{ Version: { type: string, default: "1" } }]
constants: [{ Bucket: { type: string, value: installers } }]
phases: [{ name: ${phase}, steps: [${steps}] }]
`
const download = (source: string, more = '') =>
  `{ name: Get, action: S3Download, ${more} inputs: [{ source: "${source}", destination: /tmp/x }] }`
const needs = (text: string, parameters: { name: string; value: string[] }[] = []) =>
  objectAccesses({ data: text }, { componentArn: 'arn', parameters }, 'BUILDING').map(
    ({ operation, permission }) => `${operation}: ${permission.action} on ${permission.resource}`,
  )

it.each([
  ['an object', download('s3://a-1/b/c'), ['HeadObject: s3:GetObject on arn:aws:s3:::a-1/b/c']],
  ['a prefix', download('s3://a-1/b/*'), ['ListObjectsV2: s3:ListBucket on arn:aws:s3:::a-1']],
  [
    'an upload',
    '{ name: Put, action: S3Upload, inputs: [{ source: /x, destination: "s3://a-1/b/" }] }',
    ['PutObject: s3:PutObject on arn:aws:s3:::a-1/b/'],
  ],
  [
    'a document',
    '{ name: Run, action: ExecuteDocument, inputs: { document: "s3://a-1/b" } }',
    ['GetObject: s3:GetObject on arn:aws:s3:::a-1/b'],
  ],
  ['names', download('s3://{{ Bucket }}/{{Version}}'), ['HeadObject: s3:GetObject on arn:aws:s3:::installers/1']],
  ['what another step finds', download('s3://{{ build.Find.outputs.stdout }}/x'), []],
  ['a file that is a document', '{ name: Run, action: ExecuteDocument, inputs: { document: sample.yaml } }', []],
  ['a condition', download('s3://a-1/b', 'if: { fileExists: /x },'), []],
  ['a step whose failure is ignored', download('s3://a-1/b', 'onFailure: Ignore,'), []],
  ['a command', '{ name: Run, action: ExecuteBash, inputs: { commands: ["true"] } }', []],
])('a component with %s asks that of S3', (_what, step, expected) => {
  expect(needs(data(step))).toEqual(expected)
})

it('a component has the parameters of the recipe, and runs its test phase in the test stage', () => {
  const document = data(download('s3://a-1/{{ Version }}'))
  expect(needs(document, [{ name: 'Version', value: ['2'] }])).toEqual([
    'HeadObject: s3:GetObject on arn:aws:s3:::a-1/2',
  ])
  const tested = { data: data(download('s3://a-1/x'), 'test') }
  expect(objectAccesses(tested, { componentArn: 'arn' }, 'BUILDING')).toEqual([])
  expect(objectAccesses(tested, { componentArn: 'arn' }, 'TESTING')).toMatchObject([{ phaseName: 'test' }])
})
