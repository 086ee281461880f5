import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { lenient } from '../../emulator/index.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { startMachine } from '../../rehearsal/workloads.ts'
import { invalidCalls, validates } from '../emulator/model-calls.ts'
import { everyKey, everyKeyText, keysOf, unusedIn } from '../support/every-key.ts'
import { slow, stageFor, temporaryDirectory } from '../support/rehearsal.ts'

describe('the fleet with every key', () => {
  const keys = keysOf(JSON.parse(readFileSync('fleet.schema.json', 'utf8')))

  it('has every key that the schema of a fleet names', () => {
    expect(unusedIn(everyKeyText, keys)).toEqual([])
  })

  it.each([
    ['supersede', 'supersede: wait'],
    ['images.*.root.iops', ', iops: 3000'],
    ['components.*.document.phases[].steps[].onFailure', 'onFailure: Abort'],
  ])('would miss %s', (key, text) => {
    expect(unusedIn(everyKeyText.replace(text, ''), keys)).toEqual([key])
  })
})

describe.each([
  ['strict', {}],
  ['lenient', lenient],
])('a release of each of its upstreams, where every open question is %s', (reading, readings) => {
  const fleet = everyKey()
  const out = temporaryDirectory()
  let rehearsal: Rehearsal
  beforeAll(async () => {
    const stage = await stageFor(fleet)
    const time = '2026-09-02T06:00:00Z'
    const by = 'arn:aws:iam::111122223333:user/ada'
    rehearsal = await stage.rehearse({
      releases: Object.keys(fleet.upstreams).map((upstream) => ({ upstream, time: '2026-09-01T06:00:00Z' })),
      actions: [
        { time, do: (world) => void startMachine(world, fleet, 'retire', 'retire-1', { time, by, act: true }) },
      ],
      readings,
      out,
    })
  }, slow)

  it('goes through every ring of every image', () => {
    const { images } = rehearsal.summary
    expect(images.filter(({ status }) => status !== 'released')).toEqual([])
    expect(images.map(({ image }) => image).toSorted()).toEqual(Object.keys(fleet.images).toSorted())
  })

  it('is posted where the fleet says, and nothing is refused or fails', () => {
    expect(rehearsal.refused).toEqual([])
    expect(rehearsal.slack.length).toBeGreaterThan(0)
    const ended = [...rehearsal.world.stepFunctions.executions.values()].map(({ name, status }) => `${name} ${status}`)
    expect(ended.filter((each) => !each.endsWith(' SUCCEEDED'))).toEqual([])
    expect(ended).toContain('retire-1 SUCCEEDED')
  })

  it.skipIf(!validates || reading === 'lenient')(
    `makes only calls that AWS's own models allow${validates ? '' : ': skipped, no botocore here'}`,
    () => {
      expect(invalidCalls(`${out}/calls.jsonl`)).toBe('')
    },
  )
})
