import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { invalidCalls, validates } from '../emulator/model-calls.ts'
import { slimExample } from '../support/fleets.ts'
import { readLines, slow, stageFor, temporaryDirectory } from '../support/rehearsal.ts'

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
    expect(rehearsal.summary.campaigns).toMatchObject([{ status: 'finished', upstream: 'al2023-soe', images: 6 }])
    expect(
      messages(rehearsal, 'image-released')
        .map(({ attributes }) => attributes.image)
        .sort(),
    ).toEqual(images)
    expect(messages(rehearsal, 'campaign-planned')).toHaveLength(1)
    expect(messages(rehearsal, 'campaign-finished')).toHaveLength(1)
    expect(rehearsal.refused).toEqual([])
  })

  it('is what the README shows', () => {
    const readme = readFileSync('README.md', 'utf8')
    for (const { image, ami } of rehearsal.summary.images)
      expect(readme).toMatch(new RegExp(`${image} +✔ released  ${ami} `))
    const { transitions, lambdaInvocations, apiCalls } = rehearsal.cost
    const calls = apiCalls.toLocaleString('en')
    expect(readme).toContain(
      `${transitions} state transitions, ${lambdaInvocations} Lambda invocations and ${calls} API calls`,
    )
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
    const copies = images.length * 3 * 2
    // The ring's parameter, candidate and stable; nothing was stable before.
    expect(published).toHaveLength(copies * 3)
    expect(new Set(published.map(({ input }) => input.Value)).size).toBe(copies)
  })

  it('asks about no image more often than it waits for one', () => {
    const waits = calls().filter(({ operation }) =>
      ['StartImagePipelineExecution', 'DistributeImage'].includes(operation),
    )
    const asked = calls().filter(({ operation, principal }) => operation === 'GetImage' && principal === 'RebakeRole')
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
    const executions = readLines<{ arn: string; parent: string | null; status: string }>(out, 'executions.jsonl')
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
    const [once, again, other] = [temporaryDirectory(), temporaryDirectory(), temporaryDirectory()]
    const small = await stageFor(slimExample('al2023-hardened', 'al2023-java', 'payments-api', 'al2023-node'))
    await small.rehearse({ out: once })
    await small.rehearse({ out: again })
    await small.rehearse({ out: other, seed: 3 })
    expect(bytes(again)).toEqual(bytes(once))
    const order = (directory: string) =>
      readLines<{ subject: string }>(directory, 'notifications.jsonl').map(({ subject }) => subject)
    expect(order(other)).not.toEqual(order(once))
  })
})
