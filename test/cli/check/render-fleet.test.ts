import { describe, expect, it } from 'vitest'
import { fleetLines } from '../../../cli/check/render-fleet.ts'
import { widthOf } from '../../../cli/render/text.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import { adoptedFleet } from '../../support/adopted-fleet.ts'
import { smallFleet } from '../small-fleet.ts'
import { timedFleet } from '../timed-fleet.ts'

const now = '2026-11-25T00:00:00Z'

describe('a fleet', () => {
  it('is said in a few lines', () => {
    expect(fleetLines(parseFleet(smallFleet, 'fleet.yaml'), 'fleet.yaml', now)).toEqual([
      '✔ fleet.yaml is valid: golden has 3 images, 2 upstreams, 1 component and 2 rings.',
      '  Baked in account 111122223333, eu-west-1; 20 bakes at once.',
      '  Every 1h each upstream is looked at, and each image held against what it should be.',
      '',
      'UPSTREAM  KIND  FROM                          NOTICED BY',
      'al2023    ami   soe-al2023-* of 444455556666  event, poll',
      'ubuntu    ami   soe-ubuntu-* of 777788889999  event, poll',
      '',
      'IMAGE       COMPONENTS  BAKE  RINGS',
      'al2023',
      '└─ base              1   40m  canary → everyone',
      '   └─ java           1   30m  canary → everyone',
      'ubuntu',
      '└─ web               1   40m  canary',
      '',
      'RING      TARGETS                 SOAK  PARAMETER',
      'canary    1 account × 1 region      1d  /golden-images/{image}',
      'everyone  2 accounts × 2 regions        /golden-images/{image}',
    ])
  })

  it('knows of an adopted image only that a pipeline bakes it', () => {
    const lines = fleetLines(adoptedFleet, 'fleet.yaml', now)
    const start = lines.findIndex((line) => line.startsWith('IMAGE'))
    expect(lines.slice(start, start + 3)).toEqual([
      'IMAGE           COMPONENTS  RINGS',
      'soe',
      '├─ sound          pipeline  all',
    ])
  })

  const lines = fleetLines(timedFleet(), 'fleet.yaml', now)
  const section = (title: string) => {
    const start = lines.findIndex((line) => line.startsWith(title))
    const end = lines.indexOf('', start)
    return lines.slice(start, end < 0 ? undefined : end)
  }

  it('counts cycles and freezes, and says what a scan leads to', () => {
    expect(lines[0]).toContain('2 rings, 3 patch cycles and 3 freezes.')
    expect(lines[3]).toBe(
      '  A scanned image with 1 critical or 10 high findings is rebaked, at most once in 7d; 1 image is scanned.',
    )
  })

  it('has upstreams of several kinds, noticed in several ways', () => {
    expect(section('UPSTREAM').slice(3)).toEqual([
      'public    parameter  /aws/service/ami              announcements, poll',
      'pointed   parameter  /soe/x of 444455556666        event, poll',
      'built     image      soe-rhel of Image Builder     event, poll',
      'reported  event      what 444455556666 announces   event',
    ])
    expect(section('IMAGE').at(-1)).toMatch(/^reported +no image descends from it$/)
  })

  it('has patch cycles: the next times in their own zone, and what holds them up', () => {
    expect(section('PATCH CYCLE')).toEqual([
      'PATCH CYCLE  IMAGES  BEGINS                                  NOTE',
      "monthly           3  Mon 4 Jan 2027 00:00 Australia/Sydney   after freeze 'year-end'",
      '                     Wed 13 Jan 2027 02:00 Australia/Sydney',
      '                     Wed 10 Feb 2027 02:00 Australia/Sydney',
      'weekly            2  Sun 29 Nov 2026 03:30 UTC               or within 2h after, only what has changed',
      '                     Sun 6 Dec 2026 03:30 UTC',
      "                     Sun 3 Jan 2027 13:00 UTC                after freeze 'year-end'",
      'once              3  never again',
    ])
  })

  it('has windows and freezes: to come, there, and over', () => {
    expect(section('WINDOW OF')).toEqual([
      'WINDOW OF    OPENS                                FOR',
      'ring canary  Wed 25 Nov 2026 08:00 Europe/Berlin   9h',
    ])
    const atNoon = fleetLines(timedFleet(), 'fleet.yaml', '2026-11-25T11:00:00Z')
    expect(atNoon).toContain('ring canary  open since Wed 25 Nov 2026 08:00 Europe/Berlin   9h')
    expect(section('FREEZE')).toEqual([
      'FREEZE    FROM              TO                                 HOLDS UP',
      'year-end  2026-12-07 00:00  2027-01-04 00:00 Australia/Sydney  everything: retail peak',
      'audit     2026-11-20 00:00  2026-11-30 00:00 UTC               now: ring everyone: auditors',
      'move      2026-06-01 00:00  2026-06-04 00:00 UTC               over: web*: migration',
    ])
  })

  it('fits a screen of 80 columns', () => {
    for (const line of fleetLines(timedFleet(), 'fleet.yaml', now, { width: 80 }))
      expect(widthOf(line), line).toBeLessThanOrEqual(80)
  })
})
