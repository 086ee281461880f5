import { beforeAll, describe, expect, it } from 'vitest'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { readEvent, readLines, slow, stageFor, temporaryDirectory } from '../support/rehearsal.ts'

let stage: Awaited<ReturnType<typeof stageFor>>
const images = ['al2023-hardened', 'al2023-java', 'al2023-node', 'orders-api', 'payments-api', 'web-frontend']
beforeAll(async () => {
  stage = await stageFor()
}, slow)

const statuses = ({ summary }: Rehearsal) =>
  Object.fromEntries(summary.images.map(({ image, status }) => [image, status]))
const messages = ({ notifications }: Rehearsal, kind: string) =>
  notifications.filter(({ attributes }) => attributes.kind === kind)

describe('when something goes wrong', () => {
  const java = ['orders-api', 'payments-api']
  /** Each happens in its own branch of one campaign: image, what becomes of it, what people read, and what is skipped. */
  const happenings: Record<string, [image: string, status: string, told: RegExp, below: string[]]>[] = [
    {
      'build-fails': [
        'orders-api',
        'failed',
        /its bake failed in Image Builder\.[\s\S]*exited with 1[\s\S]*What to do: Open the image/,
        [],
      ],
      'build-cancelled': ['payments-api', 'failed', /somebody or something cancelled its bake/, []],
      'test-fails': ['web-frontend', 'failed', /its bake failed in Image Builder\.[\s\S]*state = TESTING/, []],
    },
    {
      'build-hangs': [
        'al2023-java',
        'failed',
        /took longer than the timeout[\s\S]*still BUILDING after 7200 seconds/,
        java,
      ],
      'ami-unencrypted': [
        'al2023-node',
        'failed',
        /failed its checks\.[\s\S]*encryption: expected every volume encrypted/,
        ['web-frontend'],
      ],
      'copy-fails': ['al2023-hardened', 'failed', /could not distribute its AMI\.[\s\S]*222233334444/, []],
    },
    { 'execution-aborted': ['al2023-java', 'aborted', /its execution was stopped/, java] },
  ]
  it.each(happenings)('%o: recorded, announced, and the rest goes on', { timeout: slow }, async (happening) => {
    const faults = Object.entries(happening).map(([fault, outcome]) => `${fault}=${outcome[0]}`)
    const result = await stage.rehearse({ faults })
    const cases = Object.values(happening)
    const expected = Object.fromEntries(images.map((image) => [image, 'released']))
    for (const [image, status, , below] of cases) {
      expected[image] = status
      for (const child of below) expected[child] = 'skipped'
    }
    expect(statuses(result)).toEqual(expected)
    const told = messages(result, 'image-failed')
    expect(told.map(({ attributes }) => attributes.image).sort()).toEqual(cases.map(([image]) => image).sort())
    for (const [image, , body, below] of cases) {
      const message = told.find(({ attributes }) => attributes.image === image)?.message
      expect(message).toMatch(body)
      for (const child of below) expect(message).toContain(child)
      expect(result.summary.images.find((each) => each.image === image)?.reason).toMatch(/\w+: \w+/)
    }
    expect(messages(result, 'campaign-finished')[0]?.subject).toContain('Finished with failures')
  })

  const crashes = ['claim-image', 'start-bake', 'resume-wait', 'run-check', 'mark-candidate'].concat(
    ['start-distribution', 'verify-distribution', 'publish-pointers', 'release-image', 'receive-release'],
    ['plan-campaign', 'announce-campaign', 'summarise-campaign', 'request-approval', 'answer-approval'],
  )
  it.each([
    [
      'events that are lost, late, doubled and early',
      ['lost=al2023-hardened', 'late=al2023-java', 'doubled=al2023-node', 'early=orders-api'].map(
        (what) => `event-${what}`,
      ),
    ],
    ['functions that die after their work', crashes.map((name) => `handler-crashes=${name}`)],
  ])('%s: every image is released all the same, and baked once', { timeout: slow }, async (_, faults) => {
    const directory = temporaryDirectory()
    const result = await stage.rehearse({ faults, out: directory })
    expect(new Set(Object.values(statuses(result)))).toEqual(new Set(['released']))
    const calls = readLines<{ operation: string; output?: { imageBuildVersionArn: string } }>(directory, 'calls.jsonl')
    const baked = calls.flatMap(({ operation, output }) =>
      operation === 'StartImagePipelineExecution' && output ? [output.imageBuildVersionArn] : [],
    )
    expect(new Set(baked).size).toBe(images.length)
    for (const kind of ['approval-requested', 'image-released'])
      expect(messages(result, kind)).toHaveLength(images.length)
  })

  it('shared-late: looked for again until it is there, and told nobody', { timeout: slow }, async () => {
    const result = await stage.rehearse({ faults: ['shared-late=al2023-soe'] })
    expect(new Set(Object.values(statuses(result)))).toEqual(new Set(['released']))
    expect(messages(result, 'upstream-refused')).toEqual([])
    const [campaign] = result.summary.campaigns
    expect(Date.parse(campaign?.startedAt ?? '')).toBeGreaterThan(Date.parse('2026-09-01T07:30:00Z'))
  })

  it('never-shared: refused after hours, recorded and announced', { timeout: slow }, async () => {
    const result = await stage.rehearse({ faults: ['never-shared=al2023-soe'] })
    expect(result.summary.images).toEqual([])
    expect(result.notifications.map(({ message }) => message)).toEqual([
      expect.stringContaining('share the AMI and its KMS key with that account'),
    ])
  })

  it('untrusted-owner: refused, recorded and announced, and nothing is baked', {
    timeout: slow,
  }, async () => {
    const result = await stage.rehearse({ faults: ['untrusted-owner=al2023-soe'] })
    expect(result.summary.images).toEqual([])
    expect(result.notifications.map(({ message }) => message)).toEqual([
      expect.stringContaining('its owner is account 999999999999, and no upstream of the fleet names that account'),
    ])
  })

  it('an event twice makes one campaign', { timeout: slow }, async () => {
    const event = readEvent('ec2.ami-available.json')
    const result = await stage.rehearse({ events: [event, { ...event, id: 'another-delivery' }] })
    expect(result.summary.campaigns).toHaveLength(1)
    expect(result.summary.images).toHaveLength(images.length)
  })
})
