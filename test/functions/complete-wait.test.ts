import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { resume, WaitEvent } from '../../functions/complete-wait/complete-wait.ts'
import type { Waits } from '../../functions/workflow/task-waits.ts'
import type { Outcome } from '../../ledger/items.ts'

const read = (file: string) => v.parse(WaitEvent, JSON.parse(readFileSync(`events/${file}`, 'utf8')))
async function reported(event: WaitEvent) {
  const brought: [string, Outcome, string][] = []
  const bringOutcome: Waits['bringOutcome'] = async (...outcome) => void brought.push(outcome)
  await resume({ bringOutcome } as Waits, event)
  return brought
}
const image = 'arn:aws:imagebuilder:us-west-2:111122223333:image/golden-al2023-hardened/1.0.0/1'

describe('complete-wait', () => {
  it.each<[string, string, Outcome]>([
    ['imagebuilder.image-available.json', image, { status: 'AVAILABLE', at: '2026-09-01T07:01:05Z' }],
    ['imagebuilder.image-failed.json', image, { status: 'FAILED', at: '2026-09-01T06:44:27Z' }],
    ['imagebuilder.cve-detected.json', `scan/${image}`, { error: 'CheckAgain', cause: 'the scan is complete' }],
    [
      'ssm.automation-succeeded.json',
      'automation/333ba70b-2333-48db-b17e-a5e69c6f4d1c',
      { error: 'CheckAgain', cause: 'the execution is Success' },
    ],
  ])('brings %s to anybody who waits for it', async (file, id, outcome) => {
    const event = read(file)
    expect(await reported(event)).toEqual([[id, outcome, event.time]])
  })

  it.each([['imagebuilder.workflow-step-waiting.json'], ['states.execution-failed.json']])('refuses %s', (file) => {
    expect(() => read(file)).toThrow('Invalid type')
  })

  it('fails loudly on an event that names no image', async () => {
    const event = { ...read('imagebuilder.cve-detected.json'), resources: ['arn:aws:x'] } as WaitEvent
    await expect(reported(event)).rejects.toThrow('the event names no image: arn:aws:x')
  })
})
