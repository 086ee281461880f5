import { describe, expect, it } from 'vitest'
import { type Edit, problemsAfter } from './broken.ts'

const cycle = (text: string): Edit[] => [['    offset: 1d\n', `    offset: 1d\n    ${text}\n`]]
const freeze = (text: string): Edit[] => [['cves:', `    ${text}\ncves:`]]

const cases: [what: string, edits: Edit[], problems: string[]][] = [
  [
    'an upstream that does not exist',
    cycle('upstreams: [linux-seo]'),
    [
      "fleet.yaml:50:17: patchCycles.monthly.upstreams[0]: expected an upstream of this fleet, found 'linux-seo', did you mean 'linux-soe'?",
    ],
  ],
  [
    'a pattern that fits no image',
    cycle('images: [base, app-*]'),
    [
      "fleet.yaml:50:20: patchCycles.monthly.images[1]: expected the name of an image of this fleet, * for any characters, found 'app-*'",
    ],
  ],
  [
    'a name that is no pattern',
    cycle('images: [Base]'),
    [
      "fleet.yaml:50:14: patchCycles.monthly.images[0]: expected the name of an image, * for any characters, found 'Base'",
      "fleet.yaml:50:14: patchCycles.monthly.images[0]: expected the name of an image of this fleet, * for any characters, found 'Base', did you mean 'base'?",
    ],
  ],
  [
    'an upstream without images',
    cycle('upstreams: [arm-soe]'),
    ['fleet.yaml:46:3: patchCycles.monthly: expected at least one image that is all that it says, found none'],
  ],
  [
    'tags that no image has',
    cycle('tags: { team: payments }'),
    ['fleet.yaml:46:3: patchCycles.monthly: expected at least one image that is all that it says, found none'],
  ],
  [
    'an image that has not the tags',
    [
      ...cycle('tags: { team: web }\n    images: [base]'),
      ['    timeout: 90m\n', '    timeout: 90m\n    tags: { team: web }\n'],
    ],
    ['fleet.yaml:47:3: patchCycles.monthly: expected at least one image that is all that it says, found none'],
  ],
  [
    'the name of an upstream',
    [['  monthly:', '  linux-soe:']],
    ['fleet.yaml:46:3: patchCycles.linux-soe: expected a name that no upstream has: campaigns are named after either'],
  ],
  [
    'the name of another kind of campaign',
    [['  monthly:', '  drift:']],
    [
      'fleet.yaml:46:3: patchCycles.drift: expected another name than manual, cve, drift, promote, poll-upstreams, reconcile-images, start-retirement: other campaigns and schedules are named so',
    ],
  ],
  [
    'a freeze of a ring that does not exist',
    freeze('rings: [early, evryone]'),
    [
      "fleet.yaml:56:20: freezes.year-end.rings[1]: expected a ring of this fleet, found 'evryone', did you mean 'everyone'?",
    ],
  ],
  [
    'a freeze of no image',
    freeze("images: ['*-api']"),
    [
      "fleet.yaml:56:14: freezes.year-end.images[0]: expected the name of an image of this fleet, * for any characters, found '*-api'",
    ],
  ],
  [
    'no threshold',
    [['{ critical: 1 }', '{ every: 1d }']],
    ['fleet.yaml:56:7: cves: expected at least one of critical, high and medium, found none of them'],
  ],
  [
    'a threshold of nothing',
    [['{ critical: 1 }', '{ critical: 0 }']],
    ['fleet.yaml:56:19: cves.critical: expected a whole number from 1 to 10000, found the number 0'],
  ],
  [
    'a retirement that keeps nothing and has no grace',
    [['cves:', 'retirement: { keep: 0, grace: 0d }\ncves:']],
    [
      'fleet.yaml:56:21: retirement.keep: expected a whole number from 1 to 100, found the number 0',
      "fleet.yaml:56:31: retirement.grace: expected a duration from 1d to 365d, found '0d'",
    ],
  ],
  [
    'a retirement that comes at no time of no place',
    [['cves:', 'retirement: { keep: 3, schedule: rate(5), timezone: Sydney }\ncves:']],
    [
      'fleet.yaml:56:40: retirement.schedule: expected minutes, hours or days, found nothing',
      "fleet.yaml:56:53: retirement.timezone: expected an IANA time zone such as Australia/Sydney, found 'Sydney'",
    ],
  ],
  [
    'one cycle wrong beside another, and an image',
    [
      ['freezes:\n', '  weekly: { schedule: rate(5), upstreams: [arm-soe] }\nfreezes:\n'],
      ['offset: 1d', 'offset: one'],
      ['timeout: 90m', 'timeout: soon'],
    ],
    [
      "fleet.yaml:36:14: images.web.timeout: expected a duration such as '45m', '2h' or '7d', found 'soon'",
      "fleet.yaml:49:13: patchCycles.monthly.offset: expected whole days, '1d' to '6d', found 'one'",
      'fleet.yaml:50:29: patchCycles.weekly.schedule: expected minutes, hours or days, found nothing',
    ],
  ],
  [
    'an image in a circle: its patch cycle is not looked at',
    [...cycle('upstreams: [linux-soe]'), ['parent: linux-soe', 'parent: web']],
    ['fleet.yaml:27:13: images.base.parent: expected a way to an upstream, found a cycle: base -> web -> base'],
  ],
]

describe('a fleet with broken patch cycles, freezes or thresholds', () => {
  it.each(cases)('%s', (_, edits, problems) => expect(problemsAfter(edits)).toEqual(problems))
})

it.each([
  ['a selection by everything', cycle('images: [ba*]\n    upstreams: [linux-soe]\n    tags: {}')],
  ['a retirement that says the least', [['cves:', 'retirement: { keep: 3 }\ncves:']]],
  ['a freeze of images and rings', freeze("images: ['*']\n    rings: [early]")],
] as [string, Edit[]][])('takes %s', (_, edits) => expect(problemsAfter(edits)).toEqual([]))
