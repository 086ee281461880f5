import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frame } from '../../../cli/rehearse/frame.ts'
import { Timeline } from '../../../cli/rehearse/timeline.ts'
import { unpainted, widthOf } from '../../../cli/render/text.ts'
import type { ImageProgress } from '../../../rehearsal/progress.ts'
import { fakeImage, fakeProgress } from '../fake-progress.ts'

const screen = (columns: number, rows: number) => ({ columns, rows, paint: unpainted, tick: 0 })
const moment = (...snapshots: ImageProgress[][]) => {
  const timeline = new Timeline()
  for (const [index, images] of snapshots.entries()) timeline.add(fakeProgress(index * 30, images))
  return timeline.moment
}
const heading = { title: 'Rehearsing golden', clock: 'virtual' }
const running = (done: number) => ({ status: 'running', step: 'Bake the Image', done }) as const
const few = moment(
  [fakeImage('base', 'amazon-linux-2023', running(0))],
  [
    fakeImage('base', 'amazon-linux-2023', { status: 'released', done: 1 }),
    fakeImage('java', 'base', running(0)),
    fakeImage('docker', 'base', running(0)),
    fakeImage('tomcat', 'java'),
  ],
  [
    fakeImage('base', 'amazon-linux-2023', { status: 'released', done: 1 }),
    fakeImage('java', 'base', running(0.5)),
    fakeImage('docker', 'base', { status: 'failed', reason: 'InstallAgent failed:\x1b[2J exit 1' }),
    fakeImage('tomcat', 'java'),
  ],
)
const many = moment(
  Array.from({ length: 200 }, (_, index) =>
    fakeImage(`team-${index}`, index === 0 ? 'amazon-linux-2023' : `team-${index >> 3}`, {
      ...(index < 20 ? { status: 'released', done: 1 } : index % 9 === 0 ? running(0.3) : {}),
    }),
  ),
)

describe('frame', () => {
  it('shows the tree at 80 columns', () => {
    expect(frame(heading, few, screen(80, 24))).toEqual(
      [
        'Rehearsing golden                                2026-09-01 07:00:00 virtual +1h',
        '████████████████▎░░░░░░░░░  62 %  1 released, 1 running, 1 waiting, 1 failed    ',
        '',
        'amazon-linux-2023 ami-0aaaabbbbccccdddd',
        '└─ ✔ base          released                      ████████████████████        30m',
        '   ├─ ⠋ java       Bake the Image                ██████████░░░░░░░░░░        30m',
        '   │  └─ · tomcat                                                               ',
        '   └─ ✖ docker     failed: InstallAgent failed: exit 1                       30m',
      ].map((line) => line),
    )
  })

  it('says what is waited for, in place of a step and its bar', () => {
    const waits = 'approval for everyone until 2026-09-05 06:45 UTC'
    const waiting = moment([fakeImage('web', 'ubuntu', { ...running(0.78), waits })])
    expect(frame({ title: 'Following golden', clock: 'UTC' }, waiting, screen(80, 24))).toEqual([
      'Following golden                                     2026-09-01 06:00:00 UTC +0s',
      '████████████████████▎░░░░░  78 %  1 running                                     ',
      '',
      'amazon-linux-2023 ami-0aaaabbbbccccdddd',
      '└─ ⠋ web  approval for everyone until 2026-09-05 06:45 UTC                    0s',
    ])
  })

  it('gives up the bars where it is narrow', () => {
    expect(frame(heading, few, screen(44, 24)).slice(4, 6)).toEqual([
      '└─ ✔ base          released              30m',
      '   ├─ ⠋ java       Bake the Image        30m',
    ])
  })

  it('shows what runs, and counts the rest, where there are too many images for the screen', () => {
    const lines = frame(heading, many, screen(80, 12))
    expect(lines).toHaveLength(11)
    expect(lines.slice(4, -1).every((line) => line.includes('Bake the Image'))).toBe(true)
    expect(lines.at(-1)?.trim()).toBe('… and 20 released, 14 running, 160 waiting')
  })

  it('turns the spinner with each frame', () => {
    const spinners = [0, 1, 11].map((tick) => frame(heading, few, { ...screen(80, 24), tick })[5]?.[6])
    expect(spinners).toEqual(['⠋', '⠙', '⠙'])
  })

  it.each([60, 80, 120])('fits a screen of %i columns and any height', (columns) => {
    for (const shown of [few, many])
      for (const rows of [4, 8, 24, 60, 300]) {
        const lines = frame(heading, shown, screen(columns, rows))
        expect(lines.length).toBeLessThan(rows)
        for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(columns)
      }
  })

  it('fits any screen', () => {
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 300 }), fc.integer({ min: 2, max: 100 }), (columns, rows) => {
        const lines = frame(heading, many, screen(columns, rows))
        expect(lines.length).toBeLessThanOrEqual(rows - 1)
        expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns)
      }),
    )
  })

  it('lets no reason drive the terminal', () => {
    expect(frame(heading, few, screen(80, 24)).join('')).not.toContain('\x1b')
  })

  it('shows two campaigns with the same image as two trees', () => {
    const timeline = new Timeline()
    timeline.add(fakeProgress(0, [fakeImage('base', 'amazon-linux-2023', running(0))]))
    timeline.add(
      fakeProgress(5, [fakeImage('base', 'amazon-linux-2023')], {
        campaign: 'second',
        title: 'manual: base',
      }),
    )
    const names = frame(heading, timeline.moment, screen(80, 24))
      .slice(3)
      .map((line) => line.slice(0, 30).trimEnd())
    expect(names).toEqual(['amazon-linux-2023 ami-0aaaabbb', '└─ ⠋ base  Bake the Image', 'manual: base', '└─ · base'])
  })

  describe('of many campaigns', () => {
    const ended = (status: ImageProgress['status']) => fakeImage('base', 'amazon-linux-2023', { status })
    const timelineOf = (...statuses: ImageProgress['status'][]) => {
      const timeline = new Timeline(7 * 86_400)
      for (const [at, status] of statuses.entries())
        timeline.add(fakeProgress(at * 1440, [ended(status)], { campaign: `c${at}`, title: `campaign ${at}` }))
      return timeline
    }

    it('shows those that are open, and counts the others', () => {
      const { moment } = timelineOf('released', 'failed', 'superseded', 'running', 'released', 'waiting')
      expect(frame(heading, moment, screen(80, 24)).map((line) => line.trimEnd())).toEqual([
        'Rehearsing golden                                2026-09-06 06:00:00 virtual +5d',
        '██████████████████▋░░░░░░░  71 %  1 running, 1 waiting',
        '',
        '4 campaigns ended: 2 released, 1 failed, 1 superseded',
        '',
        'campaign 3',
        expect.stringMatching(/^└─ . base/),
        'campaign 5',
        '└─ · base',
      ])
    })

    it('fits any height', () => {
      const { moment } = timelineOf('released', 'failed', 'running', 'waiting')
      for (const rows of [2, 3, 4, 5, 6, 7, 8])
        expect(frame(heading, moment, screen(40, rows)).length).toBeLessThan(rows)
    })

    it('keeps the last one when all have ended', () => {
      const lines = frame(heading, timelineOf('released', 'released').moment, screen(80, 24))
      expect(lines.slice(3).map((line) => line.slice(0, 30).trimEnd())).toEqual([
        '1 campaign ended: 1 released',
        '',
        'campaign 1',
        '└─ ✔ base  released',
      ])
    })
  })
})
