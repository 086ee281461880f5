import { expect, it } from 'vitest'
import { FleetInvalid, parseFleet } from '../../../domain/fleet/parse.ts'

const arn = (component: string, of = '111122223333:component/golden-') =>
  `arn:aws:imagebuilder:us-west-2:${of}${component}-1a2b3c4d/1.0.0/1`

/** A fleet whose components run the documents that are named. */
const fleetOf = (components: Record<string, string | undefined>) => `name: golden
build: { account: '111122223333', region: us-west-2 }
upstreams: { soe: { platform: Linux, ami: { owner: '444455556666', name: soe-* } } }
infrastructure: { linux: { instanceTypes: [m7i.large] } }
components:
${Object.entries(components)
  .map(
    ([key, document]) =>
      `  ${key}: { platform: Linux, document: { constants: [{ Stack: { type: string, value: 1a2b3c4d } }], phases: [{ name: build, steps: [${
        document === undefined
          ? '{ name: Run, action: ExecuteBash, inputs: { commands: [ls] } }'
          : `{ name: Run, action: ExecuteDocument, inputs: { document: '${document}' } }`
      }] }] } }`,
  )
  .join('\n')}
images: { web: { parent: soe, infrastructure: linux, components: [one], volumes: [{ device: /dev/xvda, size: 20 }] } }
rings: { all: { accounts: ['222233334444'], regions: [us-west-2] } }
`

const problems = (text: string) => {
  try {
    parseFleet(text, 'fleet.yaml', () => undefined)
    return []
  } catch (error) {
    if (!(error instanceof FleetInvalid)) throw error
    return error.problems.map(({ message }) => message.replace(/^.*: expected/, 'expected'))
  }
}

const circle = (chain: string) =>
  expect.stringMatching(
    new RegExp(`found 'arn:.*: ${chain} leads back to itself, and AWSTOE stops what runs in a circle`),
  )

it.each<[string, Record<string, string | undefined>, unknown[]]>([
  ['itself', { one: arn('one') }, [circle('one -> one')]],
  ['itself, in part by a constant', { one: arn('one').replace('1a2b3c4d', '{{ Stack }}') }, [circle('one -> one')]],
  [
    'one that runs it',
    { one: arn('two'), two: arn('three'), three: arn('two') },
    [circle('two -> three -> two'), circle('three -> two -> three')],
  ],
  [
    'a fourth level',
    { one: arn('two'), two: arn('three'), three: arn('four'), four: arn('five'), five: undefined },
    [
      expect.stringContaining(
        'one -> two -> three -> four -> five is more than 3 levels below the first, and AWSTOE runs no deeper document',
      ),
    ],
  ],
])('a document may not run %s', (_, components, expected) => {
  expect(problems(fleetOf(components))).toEqual(expected)
})

it.each<[string, Record<string, string | undefined>]>([
  [
    'another of the fleet, three levels deep',
    { one: arn('two'), two: arn('three'), three: arn('four'), four: undefined },
  ],
  ['one of that name of another account', { one: arn('one', '444455556666:component/golden-') }],
  ['one of that name of AWS', { one: arn('one', 'aws:component/') }],
  ['a file of the instance', { one: '/opt/one.yaml' }],
])('a document may run %s', (_, components) => {
  expect(problems(fleetOf(components))).toEqual([])
})
