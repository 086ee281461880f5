import { describe, expect, it } from 'vitest'
import { type Edit, problemsAfter, sound } from './broken.ts'

const line = sound.split('\n').find((each) => each.startsWith('notify:')) ?? ''
const at = sound.split('\n').indexOf(line) + 1
const notify = (text: string): Edit[] => [[line, `notify: ${text}`]]
const here = (column: number, rest: string) => `fleet.yaml:${at}:${column}: notify.${rest}`

const cases: [what: string, edits: Edit[], problems: string[]][] = [
  [
    'a subscription that goes nowhere, or to two',
    notify(
      '{ subscriptions: { aa: { severity: error }, bb: { email: b@example.com, https: "https://example.com" } } }',
    ),
    [
      here(28, "subscriptions.aa: expected one of 'email', 'https', 'sqs' and 'lambda', found none"),
      here(53, "subscriptions.bb: expected one of 'email', 'https', 'sqs' and 'lambda', found email and https"),
    ],
  ],
  [
    'images, rings and upstreams that are not there',
    notify('{ subscriptions: { aa: { email: a@example.com, images: [wob], rings: [erly], upstreams: [x] } } }'),
    [
      here(
        65,
        "subscriptions.aa.images[0]: expected one of the images of this fleet, found 'wob', did you mean 'web'?",
      ),
      here(
        79,
        "subscriptions.aa.rings[0]: expected one of the rings of this fleet, found 'erly', did you mean 'early'?",
      ),
      here(98, "subscriptions.aa.upstreams[0]: expected one of the upstreams of this fleet, found 'x'"),
    ],
  ],
  [
    'a channel whose function would have too long a name',
    [['name: acme', 'name: acme-of-old-worlds'], ...notify(`{ slack: { ${'a'.repeat(36)}: { secret: s } } }`)],
    [
      here(
        20,
        `slack.${'a'.repeat(36)}: expected a name of 31 characters at most, as a function of Lambda is named after it`,
      ),
    ],
  ],
  [
    'kinds and severities that there are not',
    notify('{ slack: { team: { secret: golden/slack, severity: bad, kinds: [] } } }'),
    [
      here(60, "slack.team.severity: expected one of info, warning, error, found 'bad'"),
      here(72, 'slack.team.kinds: expected at least one kind, found none'),
    ],
  ],
]

describe('subscriptions that cannot be', () => {
  it.each(cases)('%s', (_, edits, problems) => expect(problemsAfter(edits)).toEqual(problems))
})
