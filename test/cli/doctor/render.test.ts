import { expect, it } from 'vitest'
import { type Check, type DoctorResult, fail, info, type Outcome, unknown, warning } from '../../../cli/doctor/check.ts'
import type { Examined } from '../../../cli/doctor/examine.ts'
import { examinedLines, lookingLine } from '../../../cli/doctor/render.ts'
import { unpainted } from '../../../cli/render/text.ts'

const examined = (group: Check['group'], name: string, outcome: Outcome, ...findings: DoctorResult[]): Examined => ({
  check: { name, group, permissions: [], async *examine() {} },
  outcome,
  findings,
})
const place = 'Account 111122223333, us-west-2'
const sound = examined('Keys', "the fleet's key", 'pass')
const broken = examined(
  'Deployment',
  'functions',
  'fail',
  fail('there is\nno function', 'Deploy it.'),
  info('23 functions'),
)

it('says of what is sound how much it is', () => {
  expect(examinedLines([examined('Deployment', 'functions', 'pass', info('24 functions')), sound], place)).toEqual([
    'Deployment',
    '  ✔ functions  24 functions',
    '',
    'Keys',
    "  ✔ the fleet's key",
    '',
    '✔ Account 111122223333, us-west-2: 2 checks, all is sound.',
  ])
})

it('says under what is not what was found and how to fix it, and sums it up', () => {
  const all = [
    sound,
    broken,
    examined('Quotas', 'pipelines', 'warning', warning('70 of 75', 'Have it raised.')),
    examined('Schedules', 'schedules', 'unknown', unknown('could not look', 'It needs scheduler:GetSchedule.')),
  ]
  expect(examinedLines(all, place)).toEqual([
    'Deployment',
    '  ✖ functions',
    '    there is no function',
    '    → Deploy it.',
    '',
    'Keys',
    "  ✔ the fleet's key",
    '',
    'Quotas',
    '  ⚠ pipelines',
    '    70 of 75',
    '    → Have it raised.',
    '',
    'Schedules',
    '  ? schedules',
    '    could not look',
    '    → It needs scheduler:GetSchedule.',
    '',
    '✖ Account 111122223333, us-west-2: 4 checks, 1 failed, 1 could not be looked at and 1 warning.',
  ])
})

it('fits where it is asked to', () => {
  const long = examined('Keys', 'keys', 'fail', fail('it is '.repeat(30).trim(), 'Fix it '.repeat(30).trim()))
  for (const line of examinedLines([long], place, { width: 50, paint: unpainted }))
    expect([...line].length).toBeLessThanOrEqual(50)
  const moment = { done: 3, all: 39, looking: ['the role that Image Builder copies through', 'functions'] }
  expect(lookingLine(moment, 0, 40)).toBe('⠋ 3 of 39 checks … the role that Image ')
  expect(lookingLine(moment, 11, 200)).toMatch(/^⠙ 3 of 39 checks … .*, functions$/)
})
