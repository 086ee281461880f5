import { describe, expect, it } from 'vitest'
import { campaignLine, changeLine } from '../../../cli/terminal/lines.ts'
import { fakeImage, fakeProgress, fakeStart } from '../fake-progress.ts'

const change = (rest: Parameters<typeof fakeImage>[2]) =>
  changeLine(fakeStart + 65_000, { ...fakeImage('java', 'base', rest), campaign: '', title: '', elapsed: 0 }, 6)

describe('plain lines', () => {
  it('opens a campaign', () => {
    expect(campaignLine(fakeProgress(0, [fakeImage('base', 'soe')]))).toBe(
      '2026-09-01 06:00:00  Campaign: amazon-linux-2023 ami-0aaaabbbbccccdddd',
    )
    expect(campaignLine(fakeProgress(0, [], { title: 'patch cycle\nmonthly' }))).toBe(
      '2026-09-01 06:00:00  Campaign: patch cycle monthly: nothing to rebake',
    )
    expect(campaignLine(fakeProgress(0, [], { title: 'soe', waits: 'opens\nat noon' }))).toBe(
      '2026-09-01 06:00:00  Campaign: soe: opens at noon',
    )
  })

  it.each([
    { rest: { status: 'running', step: 'Bake the Image' }, text: 'Bake the Image' },
    { rest: { status: 'running', step: 'Wait for Ring Window', waits: 'opens\nat noon' }, text: 'opens at noon' },
    { rest: { status: 'released' }, text: 'released' },
    { rest: { status: 'superseded' }, text: 'superseded' },
    { rest: { status: 'failed', reason: 'exit 1\nof yum' }, text: 'failed: exit 1 of yum' },
  ] as const)('says $text', ({ rest, text }) => expect(change(rest)).toBe(`2026-09-01 06:01:05  java    ${text}`))
})
