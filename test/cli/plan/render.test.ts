import { describe, expect, it } from 'vitest'
import type { Forecast } from '../../../cli/plan/forecast.ts'
import { planLines } from '../../../cli/plan/render.ts'
import { widthOf } from '../../../cli/render/text.ts'
import type { PlannedImage } from '../../../domain/planning/plan.ts'
import type { Trigger } from '../../../domain/triggers.ts'

const baked = (image: string, parent: string, order: number, start: number, bake: number): PlannedImage => ({
  image,
  parent,
  decision: 'bake',
  reason: order === 1 ? 'al2023 released ami-0123' : `its parent ${parent} is rebaked`,
  order,
  startsAfterSeconds: start,
  bakeSeconds: bake,
  finishedAfterSeconds: start + bake + 900,
})
const left = (image: string, reason = 'from ubuntu, not from al2023'): PlannedImage => ({
  ...baked(image, 'ubuntu', 0, 0, 0),
  decision: 'leave',
  reason,
})
const time = '2026-09-01T06:00:00Z'
const release: Trigger = {
  kind: 'release',
  upstream: 'al2023',
  ami: 'ami-0123',
  amiName: 'soe',
  time,
  reason: 'al2023 released ami-0123',
}
const plan = (images: PlannedImage[], rest: Partial<Forecast> = {}): Forecast => ({
  campaign: 'al2023-ami-0123',
  trigger: release,
  images,
  timezone: 'UTC',
  live: true,
  held: [],
  ...rest,
})
const images = [
  baked('base', 'al2023', 1, 0, 2400),
  baked('java', 'base', 2, 2400, 1800),
  baked('tomcat', 'java', 3, 4200, 1200),
]

describe('plan', () => {
  it('shows the order as a tree, and what is left alone: what concerns few comes first', () => {
    const others = [left('web'), left('queue'), left('old', 'baked from ami-0123 3d ago')]
    expect(planLines(plan([...images, ...others]))).toEqual([
      'al2023 released ami-0123.',
      '3 images would be baked, done after about 1h 45m.',
      '',
      '#  IMAGE          STARTS  BAKES     DONE  WHY',
      '1  base              +0s    40m     +55m  al2023 released ami-0123',
      '2  └─ java          +40m    30m  +1h 25m  its parent base is rebaked',
      '3     └─ tomcat  +1h 10m    20m  +1h 45m  its parent java is rebaked',
      '',
      '3 images would be left alone:',
      '  old: baked from ami-0123 3d ago',
      '  web and queue: from ubuntu, not from al2023',
    ])
  })

  it('says so when there is nothing to bake, and when nobody asked the ledger', () => {
    expect(planLines(plan([left('web')], { live: false }))).toEqual([
      'al2023 released ami-0123.',
      'Nothing would be baked.',
      '',
      '1 image would be left alone:',
      '  web: from ubuntu, not from al2023',
      '',
      'As if nothing had ever been baked: --live asks the ledger.',
    ])
  })

  const common = { time, reason: 'why not' }
  it.each<{ trigger: Trigger; lines: string[] }>([
    {
      trigger: { kind: 'release', upstream: 'al2023', ami: 'ami-1', amiName: 's', ...common },
      lines: ['Al2023 ami-1.', 'Why: why not.'],
    },
    {
      trigger: { kind: 'cycle', cycle: 'monthly', time, reason: 'it is time for the patch cycle monthly' },
      lines: ['Patch cycle monthly, Tue 1 Sep 2026 06:00 UTC.'],
    },
    {
      trigger: { kind: 'cycle', cycle: 'monthly', time, reason: 'patch cycle monthly: security' },
      lines: ['Patch cycle monthly, Tue 1 Sep 2026 06:00 UTC.', 'Why: security.'],
    },
    {
      trigger: { kind: 'manual', images: ['java', 'web'], emergency: true, time, reason: 'CVE\n2026-1' },
      lines: ['Manual: java, web.', 'Why: CVE 2026-1.', 'Emergency: no freeze and no window holds it up.'],
    },
    {
      trigger: { kind: 'cve', image: 'web', version: '1.0.0/1', ...common },
      lines: ['Vulnerabilities in web.', 'Why: why not.'],
    },
    {
      trigger: { kind: 'drift', images: [{ image: 'web', reason: 'new' }], id: 'x', ...common },
      lines: ['Not as the fleet says: web.'],
    },
  ])('says what set it off: $trigger.kind, $trigger.reason', ({ trigger, lines }) => {
    expect(planLines(plan([], { trigger }))).toEqual([...lines, 'Nothing would be baked.'])
  })

  const freeze = "freeze 'year-end' (peak) until Mon 4 Jan 2027 00:00 UTC"
  const window = 'window of ring everyone opens Tue 5 Jan 2027 09:00 UTC'
  const until = '2027-01-05T09:00:00.000Z'

  it('says until when it would wait, and why, in the time zone of its patch cycle', () => {
    const waits = { until: '2027-01-04T00:00:00.000Z', reasons: [freeze] }
    const rest = { waits, finishedAt: '2027-01-04T02:00:00.000Z', timezone: 'Australia/Sydney' }
    expect(planLines(plan(images, rest)).slice(1, 4)).toEqual([
      'Would wait until Mon 4 Jan 2027 11:00 Australia/Sydney:',
      `  ${freeze}`,
      '3 images would be baked, done about Mon 4 Jan 2027 13:00 Australia/Sydney.',
    ])
  })

  it('says once what would wait on its way for the same', () => {
    const ring = { ring: 'everyone', until, reasons: [freeze, window] }
    const held = [
      ...['base', 'java'].map((image) => ({ image, ...ring })),
      { image: 'tomcat', until, reasons: ['window of image tomcat opens'] },
      { image: 'tomcat', ring: 'canary', until: undefined, reasons: ['never', 'ever'] },
    ]
    const lines = planLines(plan(images, { held }))
    expect(lines[1]).toBe('3 images would be baked.')
    expect(lines.slice(-4)).toEqual([
      'By the estimates, these would wait on their way:',
      `  base and java to ring everyone, until Tue 5 Jan 2027 09:00 UTC: ${freeze}; ${window}`,
      '  tomcat: window of image tomcat opens',
      '  tomcat to ring canary, for ever: never; ever',
    ])
  })

  it('fits a screen of 80 columns', () => {
    const held = [{ image: 'base', ring: 'everyone', until, reasons: [freeze, window] }]
    const waits = { until, reasons: [freeze, window] }
    const lines = planLines(plan([...images, left('web')], { held, waits, live: false }), { width: 80 })
    for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(80)
  })
})
