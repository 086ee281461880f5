import { describe, expect, it } from 'vitest'
import { FleetInvalid, parseFleet } from '../../../domain/fleet/parse.ts'

const fleetText = (more: string, { image = '[installer]', component = 'file: installer.yaml' } = {}) => `
name: one
build: { account: "111122223333", region: us-west-2 }
upstreams: { soe: { platform: Linux, ami: { owner: "444455556666", name: "soe-*" } } }
infrastructure: { linux: { instanceTypes: [m7i.large]${more} } }
components: { installer: { platform: Linux, ${component} } }
images: { base: { parent: soe, infrastructure: linux, components: ${image}, volumes: [{ device: /dev/xvda, size: 20 }] } }
rings: { all: { accounts: ["222233334444"], regions: [us-west-2] } }
`

const step = (action: string, inputs: string) => `schemaVersion: 1.0
parameters: [{ Version: { type: string, default: "1" } }]
constants: [{ Bucket: { type: string, value: installers } }]
phases:
  - name: build
    steps:
      - { name: Fetch, action: ${action}, inputs: ${inputs} }
`
const download = (source: string) => step('S3Download', `[{ source: "${source}", destination: /tmp/agent }]`)

function problems(text: string, document: string): string[] {
  try {
    parseFleet(text, 'fleet.yaml', () => document)
    return []
  } catch (error) {
    if (error instanceof FleetInvalid) return error.message.split('\n')
    throw error
  }
}

/** The bucket is what a step before has printed. */
const found = download('s3://{{ build.Find.outputs.stdout }}/x').replace(
  '      - { name: Fetch',
  '      - { name: Find, action: ExecuteBash, inputs: { commands: [cat /etc/bucket] } }\n      - { name: Fetch',
)

const [agent, upload] = [
  's3://installers/agent-1.rpm',
  step('S3Upload', '[{ source: /a, destination: "s3://reports/x/" }]'),
]

describe('objects that a component needs', () => {
  it('are an error where nobody may read them, with the line to add', () => {
    expect(problems(fleetText(''), download(agent))).toEqual([
      `installer.yaml:7:63: phases[0].steps[0].inputs[0].source: expected objects that instances of linux may read, found '${agent}': add to the fleet infrastructure: { linux: { reads: ["${agent}"] } }`,
    ])
  })

  it('have their place in the fleet, where the document is there', () => {
    const document =
      'document: { phases: [{ name: build, steps: [{ name: A, action: S3Download, inputs: [{ source: "s3://b-1/x", destination: /x }] }] }] }'
    expect(problems(fleetText(', reads: ["s3://a-1/*"]', { component: document }), '')).toEqual([
      expect.stringMatching(
        /^fleet\.yaml:6:\d+: components\.installer\.document\.phases.*reads: \["s3:\/\/a-1\/\*", "s3:\/\/b-1\/x"\]/,
      ),
    ])
  })

  it.each([
    ['a prefix', ', reads: ["s3://installers/*"]', download(agent)],
    ['the object itself', `, reads: ["${agent}"]`, download(agent)],
    ['a prefix of a prefix', ', reads: ["s3://installers/l*"]', download('s3://installers/linux/*')],
    ['a policy that may allow it', ', policies: ["arn:aws:iam::111122223333:policy/p"]', download(agent)],
    ["Image Builder's own buckets", '', download('s3://ec2imagebuilder-managed-resources-us-west-2-prod/x')],
    ['a bucket that is known on the instance only', '', found],
    ['writes', ', writes: ["s3://reports/x/*"]', upload],
    [
      'a document of S3',
      ', reads: ["s3://documents/*"]',
      step('ExecuteDocument', '{ document: "s3://documents/a.yaml" }'),
    ],
  ])('are fine with %s', (_what, more, document) => {
    expect(problems(fleetText(more), document)).toEqual([])
  })

  it.each([
    ['another prefix', ', reads: ["s3://installers/windows/*"]', download(agent)],
    ['only one object of a prefix', `, reads: ["${agent}"]`, download('s3://installers/*')],
    ['reads for an upload', ', reads: ["s3://reports/*"]', upload],
    ['writes for a download', ', writes: ["s3://installers/*"]', download(agent)],
    ['a document of S3', '', step('ExecuteDocument', '{ document: "s3://documents/a.yaml" }')],
    ['a bucket that is a constant', '', download('s3://{{ Bucket }}/agent.rpm')],
  ])('are not with %s', (_what, more, document) => {
    expect(problems(fleetText(more), document)).toEqual([
      expect.stringContaining('expected objects that instances of linux may'),
    ])
  })

  it('are those that the parameters of the image name', () => {
    const fleet = (version: string) =>
      fleetText(', reads: ["s3://installers/agent-1.rpm"]', {
        image: `[{ component: installer, parameters: { Version: "${version}" } }]`,
      })
    const document = download('s3://{{ Bucket }}/agent-{{ Version }}.rpm')
    expect(problems(fleet('1'), document)).toEqual([])
    expect(problems(fleet('2'), document)).toEqual([expect.stringContaining("found 's3://installers/agent-2.rpm'")])
  })
})

it.each([
  ['reads: ["s3://bucket"]', 'reads[0]: expected objects as s3://bucket/prefix/*'],
  ['reads: ["s3://bucket/*/x"]', 'reads[0]: expected objects as s3://bucket/prefix/*'],
  ['reads: ["arn:aws:s3:::bucket/*"]', 'reads[0]: expected objects as s3://bucket/prefix/*'],
  ['writes: ["ssm:/ci/*"]', 'writes[0]: expected objects such as s3://bucket/prefix/*'],
  ['kmsKeys: ["arn:aws:kms:us-west-2:111122223333:alias/a"]', 'kmsKeys[0]: expected the ARN of a KMS key, by its id'],
  ['policies: [tools]', 'policies[0]: expected the ARN of an IAM policy'],
  [
    'policies: ["arn:aws:iam::222233334444:policy/a"]',
    'policies[0]: expected a policy of the build account 111122223333 or of AWS, found one of 222233334444',
  ],
  [
    'permissionsBoundary: "arn:aws:iam::222233334444:policy/a"',
    'permissionsBoundary: expected a policy of the build account 111122223333 or of AWS, found one of 222233334444',
  ],
])('%s is refused', (more, problem) => {
  const found = problems(fleetText(`, ${more}`), step('UpdateOS', '{}'))
  expect(found).toEqual([expect.stringContaining(`infrastructure.linux.${problem}`)])
})
