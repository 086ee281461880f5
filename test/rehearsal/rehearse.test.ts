import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { invalidCalls, validates } from '../support/calls.ts'
import { readEvent, readLines, slow, stageFor, temporaryDirectory } from '../support/rehearsal.ts'

let stage: Awaited<ReturnType<typeof stageFor>>
let rehearsal: Rehearsal
const out = temporaryDirectory()
const images = ['al2023-hardened', 'al2023-java', 'al2023-node', 'orders-api', 'payments-api', 'web-frontend']
beforeAll(async () => {
  stage = await stageFor()
  rehearsal = await stage.rehearse({ out })
}, slow)

const statuses = ({ summary }: Rehearsal) =>
  Object.fromEntries(summary.images.map(({ image, status }) => [image, status]))
const messages = ({ notifications }: Rehearsal, kind: string) =>
  notifications.filter(({ attributes }) => attributes.kind === kind)

interface Call {
  principal: string
  service: string
  operation: string
  input: Record<string, unknown>
  output?: Record<string, unknown>
  error?: { name: string }
}
const calls = () => readLines<Call>(out, 'calls.jsonl')

describe('a release of the example fleet', () => {
  it('rebakes, checks, distributes and announces every image below it', () => {
    expect(statuses(rehearsal)).toEqual(Object.fromEntries(images.map((image) => [image, 'released'])))
    expect(rehearsal.summary.campaigns).toMatchObject([
      { status: 'finished', upstream: 'al2023-soe', images: 6 },
    ])
    expect(
      messages(rehearsal, 'image-released')
        .map(({ attributes }) => attributes.image)
        .sort(),
    ).toEqual(images)
    expect(messages(rehearsal, 'campaign-planned')).toHaveLength(1)
    expect(messages(rehearsal, 'campaign-finished')).toHaveLength(1)
    expect(rehearsal.refused).toEqual([])
  })

  it('bakes each child on the AMI of its parent, and tests that AMI says so', () => {
    for (const { image, parentAmi } of rehearsal.summary.images) {
      const parent = stage.fleet.images[image]?.parent ?? ''
      const expected = rehearsal.summary.images.find((other) => other.image === parent)?.ami
      expect(parentAmi).toBe(expected ?? 'ami-0a1b2c3d4e5f67890')
    }
  })

  it('publishes to every target the AMI that is true there', () => {
    const published = calls().filter(
      ({ principal, operation }) => principal === 'PublishRole' && operation === 'PutParameter',
    )
    expect(published).toHaveLength(images.length * 3 * 2)
    expect(new Set(published.map(({ input }) => input.Value)).size).toBe(published.length)
  })

  it('asks about no image more often than it waits for one', () => {
    const waits = calls().filter(({ operation }) =>
      ['StartImagePipelineExecution', 'DistributeImage'].includes(operation),
    )
    const asked = calls().filter(({ operation }) => operation === 'GetImage')
    expect(asked.length).toBeLessThanOrEqual(waits.length)
    expect(waits).toHaveLength(images.length * 3)
  })

  it('meets no error and denies nobody on the happy path', () => {
    expect(calls().filter(({ error }) => error)).toEqual([])
  })

  it.skipIf(!validates)(
    `makes only calls that AWS's own models allow${validates ? '' : ': skipped, no botocore here'}`,
    () => {
      expect(invalidCalls(join(out, 'calls.jsonl'))).toBe('')
    },
  )

  it('shows where time goes: a soak of a day, and bakes one after the other', () => {
    const { makespanSeconds, criticalPathSeconds } = rehearsal.summary
    expect(makespanSeconds).toBeGreaterThan(86_400)
    expect(criticalPathSeconds).toBeLessThanOrEqual(makespanSeconds)
    expect(criticalPathSeconds).toBeGreaterThan(86_400)
  })

  it('does not make a parent wait for its children', () => {
    const finished = Object.fromEntries(
      rehearsal.summary.images.map(({ image, finishedAt }) => [image, finishedAt ?? '']),
    )
    expect(finished['al2023-hardened']?.localeCompare(finished['payments-api'] ?? '')).toBe(-1)
  })

  it('writes the histories of all executions, numbered from 1', () => {
    const executions = readLines<{ arn: string; parent: string | null; status: string }>(
      out,
      'executions.jsonl',
    )
    // The event's own, and the campaign.
    expect(executions.filter(({ parent }) => parent === null)).toHaveLength(2)
    expect(executions.map(({ status }) => status)).toEqual(executions.map(() => 'SUCCEEDED'))
    const history = readLines<{ executionArn: string; id: number; type: string }>(out, 'history.jsonl')
    for (const { arn } of executions) {
      const own = history.filter(({ executionArn }) => executionArn === arn)
      expect(own.map(({ id }) => id)).toEqual(own.map((_, at) => at + 1))
      expect([own[0]?.type, own.at(-1)?.type]).toEqual(['ExecutionStarted', 'ExecutionSucceeded'])
    }
  })

  it('gives the same bytes for the same seed, and another order for another', { timeout: slow }, async () => {
    const files = ['calls', 'executions', 'history', 'notifications'].map((name) => `${name}.jsonl`)
    const bytes = (directory: string) => files.map((file) => readFileSync(join(directory, file), 'utf8'))
    const [again, other] = [temporaryDirectory(), temporaryDirectory()]
    await stage.rehearse({ out: again })
    await stage.rehearse({ out: other, seed: 2 })
    expect(bytes(again)).toEqual(bytes(out))
    const order = (directory: string) =>
      readLines<{ subject: string }>(directory, 'notifications.jsonl').map(({ subject }) => subject)
    expect(order(other)).not.toEqual(order(out))
  })
})

describe('when something goes wrong', () => {
  const java = { 'al2023-java': 'failed', 'orders-api': 'skipped', 'payments-api': 'skipped' }
  const node = { 'al2023-node': 'failed', 'web-frontend': 'skipped' }

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'build-fails=al2023-java',
      java,
      /its bake failed in Image Builder\.[\s\S]*exited with 1[\s\S]*What to do: Open the image/,
    ],
    ['test-fails=al2023-java', java, /its bake failed in Image Builder\.[\s\S]*state = TESTING/],
    ['build-cancelled=al2023-java', java, /somebody or something cancelled its bake/],
    ['build-hangs=al2023-java', java, /took longer than the timeout[\s\S]*still BUILDING after 7200 seconds/],
    ['parameter-missing=al2023-java', java, /parameter \/golden\/images\/al2023-java\/parent was not found/i],
    [
      'ami-unencrypted=al2023-node',
      node,
      /failed its checks\.[\s\S]*encryption: expected every volume encrypted/,
    ],
    [
      'copy-fails=al2023-hardened',
      { 'al2023-hardened': 'failed' },
      /could not distribute its AMI\.[\s\S]*222233334444/,
    ],
    ['execution-aborted=al2023-java', { ...java, 'al2023-java': 'aborted' }, /its execution was stopped/],
  ])('%s: recorded, announced, and the rest goes on', { timeout: slow }, async (fault, expected, body) => {
    const result = await stage.rehearse({ faults: [fault] })
    const good = Object.fromEntries(images.map((image) => [image, 'released']))
    expect(statuses(result)).toEqual({ ...good, ...expected })
    const [failed] = Object.keys(expected)
    const told = messages(result, 'image-failed')
    expect(told.map(({ attributes }) => attributes.image)).toEqual([failed])
    expect(told[0]?.message).toMatch(body)
    for (const [image, status] of Object.entries(expected))
      if (status === 'skipped') expect(told[0]?.message).toContain(image)
    expect(messages(result, 'campaign-finished')[0]?.subject).toContain('Finished with failures')
    expect(result.summary.images.find(({ image }) => image === failed)?.reason).toMatch(/\w+: \w+/)
  })

  it.each([
    'event-lost=al2023-java',
    'event-late=al2023-java',
    'event-doubled=al2023-java',
    'event-early=al2023-java',
    'handler-crashes=claim-image',
    'handler-crashes=start-bake',
    'handler-crashes=resume-wait',
    'handler-crashes=mark-candidate',
    'handler-crashes=start-distribution',
    'handler-crashes=release-image',
    'handler-crashes=receive-release',
  ])('%s: every image is released all the same, and baked once', { timeout: slow }, async (fault) => {
    const directory = temporaryDirectory()
    const result = await stage.rehearse({ faults: [fault], out: directory })
    expect(new Set(Object.values(statuses(result)))).toEqual(new Set(['released']))
    const baked = readLines<{ SourceImageId: string }>(directory, 'calls.jsonl').flatMap((call) => {
      const { operation, output } = call as unknown as Call
      return operation === 'StartImagePipelineExecution' && output ? [output.imageBuildVersionArn] : []
    })
    expect(new Set(baked).size).toBe(images.length)
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
      expect.stringContaining(
        'its owner is account 999999999999, and no upstream of the fleet names that account',
      ),
    ])
  })

  it('an event twice makes one campaign', { timeout: slow }, async () => {
    const event = readEvent('ec2.ami-available.json')
    const result = await stage.rehearse({ events: [event, { ...event, id: 'another-delivery' }] })
    expect(result.summary.campaigns).toHaveLength(1)
    expect(result.summary.images).toHaveLength(images.length)
  })
})
