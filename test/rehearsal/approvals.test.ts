import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { runRebake } from '../cli/run.ts'
import { invalidCalls, validates } from '../emulator/model-calls.ts'
import { approver, everyCheck } from '../support/every-check.ts'
import { renderFleet } from '../support/fleets.ts'
import { readLines, slow, stageFor, temporaryDirectory } from '../support/rehearsal.ts'

/** Whole rehearsals of one image and two rings, of which the second asks for approval. */
function askingFleet(): Fleet {
  const { images, rings, freezes: _, ...fleet } = everyCheck()
  const { base } = images
  const { first, units } = rings
  if (!base || !first || !units?.approval) throw new Error('the fleet of every check has them')
  const { alarm: __, ...plain } = first
  const checks = { ami: base.checks.ami }
  const { approval } = units
  return {
    ...fleet,
    freezes: {},
    images: { base: { ...base, checks, rings: ['first', 'everyone'] } },
    rings: {
      first: { ...plain, launchTemplates: [] },
      everyone: { ...plain, launchTemplates: [], accounts: ['555566667777'], approval },
    },
  }
}

let stage: Awaited<ReturnType<typeof stageFor>>
beforeAll(async () => {
  stage = await stageFor(askingFleet())
}, slow)

interface Call {
  time: string
  operation: string
  input: { sourceImage?: string }
}

async function rehearse(...faults: string[]) {
  const out = temporaryDirectory()
  const { summary, notifications } = await stage.rehearse({ out, faults })
  const calls = readLines<Call>(out, 'calls.jsonl')
  if (validates) expect(invalidCalls(`${out}/calls.jsonl`)).toBe('')
  const [image] = summary.images
  const asked = notifications.filter(({ attributes }) => attributes.kind === 'approval-requested')
  return {
    image,
    asked,
    distributions: calls.filter(({ operation }) => operation === 'DistributeImage').map(({ time }) => time),
  }
}

describe('a ring that asks for approval', { timeout: slow }, () => {
  it('begins when somebody has approved, who is asked once, though the functions die that ask and answer', async () => {
    const crashes = ['handler-crashes=request-approval', 'handler-crashes=answer-approval']
    const { image, asked, distributions } = await rehearse(...crashes)
    expect(image).toMatchObject({ status: 'released', reason: expect.any(String) })
    expect(asked).toHaveLength(1)
    expect(asked[0]?.attributes).toMatchObject({ image: 'base', ring: 'everyone', severity: 'warning' })
    expect(asked[0]?.message).toContain(approver)
    const [, second = ''] = distributions
    expect(distributions).toHaveLength(2)
    expect(Date.parse(second)).toBeGreaterThanOrEqual(Date.parse(asked[0]?.time ?? '') + 3_600_000)
  })
})

describe('a served rehearsal in which nobody answers', { timeout: slow }, () => {
  const directory = temporaryDirectory()
  let served: Rehearsal
  beforeAll(async () => {
    writeFileSync(join(directory, 'fleet.yaml'), renderFleet(stage.fleet))
    served = await stage.rehearse({ faults: ['approval-forgotten=base'], serve: true })
  }, slow)
  afterAll(() => served.close())
  const rebake = async (...args: string[]) => {
    const { code, stdout, stderr } = await runRebake(directory, [...args, '--json', '--endpoint-url', served.url ?? ''])
    return { code, stderr, reported: stdout === '' ? undefined : JSON.parse(stdout) }
  }
  const subjects = () => served.notifications.map(({ subject }) => subject)

  it('waits for anybody who serves it, who is shown what waits', async () => {
    expect(served.summary.images).toMatchObject([{ image: 'base', status: 'running' }])
    expect(await rebake('approve')).toMatchObject({
      code: 0,
      stderr: '',
      reported: [{ image: 'base', ring: 'everyone', approvers: [approver] }],
    })
    expect(subjects().some((subject) => subject.startsWith('Released'))).toBe(false)
  })

  it('goes on with the answer, and takes no other', async () => {
    const [{ campaign }] = (await rebake('approve')).reported
    const approve = () => rebake('approve', campaign, 'base', '--yes')
    expect(await approve()).toMatchObject({ code: 0, stderr: '', reported: { as: 'approved', ring: 'everyone' } })
    await vi.waitFor(() => expect(subjects()).toContain('Released: base 1.0.0/1'), slow / 3)
    expect(await rebake('approve')).toMatchObject({ reported: [] })
    expect(await approve()).toMatchObject({ code: 0, reported: { as: 'approved' } })
    const args = [campaign, 'base', '--yes', '--reason', 'changed my mind']
    expect(await rebake('reject', ...args)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('was approved by'),
    })
  })
})
