import { describe, expect, it } from 'vitest'
import { type Edit, problemsAfter } from './broken.ts'

const schedule = 'cron(0 2 ? * TUE#2 *)'
const cycle = 'fleet.yaml:47:15: patchCycles.monthly.schedule:'
const window = (text: string): Edit[] => [
  ['    regions: [us-west-2]\n', `    regions: [us-west-2]\n    window: ${text}\n`],
]
const imageWindow = (text: string): Edit => ['    timeout: 90m\n', `    timeout: 90m\n    window: ${text}\n`]
const shortDay = '{ schedule: cron(0 2 ? * SUN *), timezone: Europe/London, duration: 2h }'

const cases: [what: string, edits: Edit[], problems: string[]][] = [
  [
    'a schedule that is none',
    [[schedule, 'every Tuesday']],
    [`${cycle} expected cron(...), rate(...) or at(...), found 'every Tuesday'`],
  ],
  [
    'an hour that no clock has',
    [[schedule, 'cron(0 24 ? * TUE#2 *)']],
    ["fleet.yaml:47:22: patchCycles.monthly.schedule: expected hours from 0 to 23, found '24'"],
  ],
  [
    'the same in quotes',
    [[schedule, '"cron(0 24 ? * TUE#2 *)"']],
    ["fleet.yaml:47:23: patchCycles.monthly.schedule: expected hours from 0 to 23, found '24'"],
  ],
  [
    'the same with an escape: where the text begins',
    [[schedule, '"cron(0 24\\x20? * TUE#2 *)"']],
    ["fleet.yaml:47:15: patchCycles.monthly.schedule: expected hours from 0 to 23, found '24'"],
  ],
  [
    'the same over two lines: where the text begins',
    [[schedule, 'cron(0 24\n      ? * TUE#2 *)']],
    ["fleet.yaml:47:15: patchCycles.monthly.schedule: expected hours from 0 to 23, found '24'"],
  ],
  [
    'the same by an alias: where it stands',
    [
      [schedule, '&when cron(0 24 ? * TUE#2 *)'],
      ['freezes:\n', '  weekly: { schedule: *when }\nfreezes:\n'],
    ],
    [
      "fleet.yaml:47:28: patchCycles.monthly.schedule: expected hours from 0 to 23, found '24'",
      "fleet.yaml:50:23: patchCycles.weekly.schedule: expected hours from 0 to 23, found '24'",
    ],
  ],
  [
    'no year',
    [[schedule, 'cron(0 2 ? * TUE#2)']],
    [
      'fleet.yaml:47:33: patchCycles.monthly.schedule: expected six fields with one blank between them, minutes hours day-of-month month day-of-week year, found 5',
    ],
  ],
  [
    'a day that no month has',
    [[schedule, 'cron(0 2 30 FEB ? *)']],
    [`${cycle} expected a time that comes, found 'cron(0 2 30 FEB ? *)': no clock of Australia/Sydney shows it`],
  ],
  [
    'a time that the clock leaps over',
    [
      [schedule, 'at(2026-10-04T02:30:00)'],
      ['    offset: 1d\n', ''],
    ],
    [`${cycle} expected a time that comes, found 'at(2026-10-04T02:30:00)': no clock of Australia/Sydney shows it`],
  ],
  [
    'a time zone that does not exist',
    [['timezone: Australia/Sydney', 'timezone: Australia/Sidney']],
    [
      "fleet.yaml:48:15: patchCycles.monthly.timezone: expected an IANA time zone such as Australia/Sydney, found 'Australia/Sidney', did you mean 'Australia/Sydney'?",
    ],
  ],
  [
    'an offset from UTC for a time zone',
    [['timezone: Australia/Sydney', "timezone: '+10:00'"]],
    [
      "fleet.yaml:48:15: patchCycles.monthly.timezone: expected an IANA time zone such as Australia/Sydney, found '+10:00'",
    ],
  ],
  [
    'an offset for a rate',
    [[schedule, 'rate(7 days)']],
    ['fleet.yaml:49:5: patchCycles.monthly: expected no offset: days are reckoned from cron(...) only'],
  ],
  [
    'an offset of a week',
    [['offset: 1d', 'offset: 7d']],
    ["fleet.yaml:49:13: patchCycles.monthly.offset: expected whole days, '1d' to '6d', found '7d'"],
  ],
  [
    'a flexible window as long as a rate',
    [
      [schedule, 'rate(2 hours)'],
      ['offset: 1d', 'flexibleWindow: 2h'],
    ],
    [
      'fleet.yaml:49:21: patchCycles.monthly.flexibleWindow: expected less than the 2h from one time to the next, found 2h',
    ],
  ],
  [
    'a flexible window as long as the shortest day',
    [
      [schedule, 'cron(0 12 * * ? *)'],
      ['offset: 1d', 'flexibleWindow: 24h'],
    ],
    [
      'fleet.yaml:49:21: patchCycles.monthly.flexibleWindow: expected less than the 23h from one time to the next, found 1d',
    ],
  ],
  [
    'a freeze that ends before it begins',
    [["'2027-01-04T00:00'", "'2026-01-04T00:00'"]],
    [
      "fleet.yaml:54:9: freezes.year-end.to: expected a time after 2026-12-18T00:00, when it begins, found '2026-01-04T00:00'",
    ],
  ],
  [
    'a freeze that ends as it begins',
    [["'2027-01-04T00:00'", "'2026-12-18 00:00'"]],
    [
      "fleet.yaml:54:9: freezes.year-end.to: expected a time after 2026-12-18T00:00, when it begins, found '2026-12-18 00:00'",
    ],
  ],
  [
    'a freeze until a day that does not exist, in a zone that does not',
    [["'2027-01-04T00:00'\n    timezone: Australia/Sydney", "'2027-02-29T00:00'\n    timezone: Sydney"]],
    [
      "fleet.yaml:54:9: freezes.year-end.to: expected a date that exists, found '2027-02-29T00:00'",
      "fleet.yaml:55:15: freezes.year-end.timezone: expected an IANA time zone such as Australia/Sydney, found 'Sydney'",
    ],
  ],
  [
    'a date without a time',
    [["'2027-01-04T00:00'", "'2027-01-04'"]],
    [
      "fleet.yaml:54:9: freezes.year-end.to: expected a local time such as '2026-12-18T00:00', in quotes, found '2027-01-04'",
    ],
  ],
  [
    'a window at a rate',
    window('{ schedule: rate(1 day), duration: 2h }'),
    [
      "fleet.yaml:44:25: rings.everyone.window.schedule: expected cron(...), as a window opens at times of the day, found 'rate(1 day)'",
    ],
  ],
  [
    'a window with a wrong schedule',
    window('{ schedule: cron(0 2 ? * SUN/2 *), duration: 2h }'),
    ["fleet.yaml:44:41: rings.everyone.window.schedule: expected no step, which AWS does not have here, found 'SUN/2'"],
  ],
  [
    'a window of an image in a wrong time zone',
    [imageWindow('{ schedule: cron(0 2 ? * SUN *), timezone: Lundon, duration: 2h }')],
    [
      "fleet.yaml:37:56: images.web.window.timezone: expected an IANA time zone such as Australia/Sydney, found 'Lundon'",
    ],
  ],
  [
    'a window that stays open for two days',
    window('{ schedule: cron(0 2 ? * SUN *), duration: 2d }'),
    ["fleet.yaml:44:56: rings.everyone.window.duration: expected a duration from 15m to 24h, found '2d'"],
  ],
  [
    'a window that closes for ever before a freeze',
    window('{ schedule: cron(0 2 ? * SUN 2025), duration: 2h }'),
    [
      'fleet.yaml:44:13: rings.everyone.window: expected a window that lets it begin, but window of ring everyone does not open after Thu 17 Dec 2026 11:00 UTC',
    ],
  ],
  [
    'windows of an image and of a ring that never meet',
    [...window('{ schedule: cron(0 2 ? * TUE *), duration: 2h }'), imageWindow(shortDay)],
    [
      'fleet.yaml:37:13: images.web.window: expected a window that lets it begin, but nothing is open before Tue 8 Jan 1980 02:00 UTC: window of image web opens Sun 6 Jan 1980 02:00 Europe/London, window of ring everyone opens Tue 8 Jan 1980 02:00 UTC',
    ],
  ],
]

describe('a fleet with wrong times', () => {
  it.each(cases)('%s', (_, edits, problems) => expect(problemsAfter(edits)).toEqual(problems))
})

it.each([
  ['a window of a ring', window(shortDay)],
  ['a window of a ring that freezes for years', [...window(shortDay), ["'2027-01-04T00:00'", "'2035-01-04T00:00'"]]],
  [
    'windows that meet once a week',
    [...window('{ schedule: cron(0 23 * * ? *), duration: 12h }'), imageWindow(shortDay)],
  ],
  [
    'a window of past years, and no freeze after them',
    [...window('{ schedule: cron(0 2 ? * SUN 2031), duration: 2h }')],
  ],
  [
    'a rate without an offset',
    [
      [schedule, 'rate(7 days)'],
      ['    offset: 1d\n', '    flexibleWindow: 24h\n'],
    ],
  ],
  [
    'one time',
    [
      [schedule, 'at(2026-10-05T02:30:00)'],
      ['    offset: 1d\n', '    flexibleWindow: 24h\n'],
    ],
  ],
] as [string, Edit[]][])('takes %s', (_, edits) => expect(problemsAfter(edits)).toEqual([]))
