import type { Kind, levels, Severity } from './kinds.ts'

interface Row {
  severities: readonly Severity[]
  levels: readonly (typeof levels)[number][]
  /** Which of them are summaries, where some are and some are details. */
  summaries?: string
  /** One sentence. */
  summary: string
}

/** What each kind of message may be, and tells: for the types of the builders and for docs/fleet.md, and in no bundle. */
export const reference = {
  'campaign-planned': {
    severities: ['info'],
    levels: ['summary'],
    summary: 'Rebake has planned a campaign: why, which images, from when on, and when the last is through its rings.',
  },
  'campaign-waiting': {
    severities: ['info'],
    levels: ['summary'],
    summary: 'A freeze or a window holds up a campaign or an image: until when, and why.',
  },
  'campaign-finished': {
    severities: ['info', 'error'],
    levels: ['summary'],
    summary: 'A campaign has ended: every image, and what became of it.',
  },
  'upstream-refused': {
    severities: ['warning'],
    levels: ['summary'],
    summary: 'Rebake did not take an AMI as a release: which, and why.',
  },
  'image-released': {
    severities: ['info'],
    levels: ['detail'],
    summary: 'Release notes: what is new, components, the AMI of each account and region.',
  },
  'image-failed': {
    severities: ['error'],
    levels: ['summary', 'detail'],
    summaries: 'for the first five of a campaign',
    summary: 'An image was not released: why, what to do, and where the log is.',
  },
  'image-stale': {
    severities: ['error'],
    levels: ['summary', 'detail'],
    summaries: 'for the first five of an hour',
    summary: 'An image failed so often that Rebake does not try it again by itself.',
  },
  'image-warned': {
    severities: ['warning'],
    levels: ['summary', 'detail'],
    summaries: 'for the first five of a campaign',
    summary: 'An image goes on, and its checks warn: advisory checks, waivers that end.',
  },
  'waiver-expiring': {
    severities: ['warning'],
    levels: ['summary'],
    summary: 'Waivers end within a week: which, whose, and for which images.',
  },
  'approval-requested': {
    severities: ['warning'],
    levels: ['summary', 'detail'],
    summaries: 'for the first of a campaign and ring',
    summary: 'An image waits for approval: what is new, who may approve it, and until when.',
  },
  'approval-reminder': {
    severities: ['warning'],
    levels: ['summary'],
    summary: 'Nobody has answered these approvals, and a quarter of their time is left.',
  },
  'image-rolled-back': {
    severities: ['warning', 'error'],
    levels: ['summary'],
    summary: 'Somebody rolled an image back: from which release to which, why, and which targets did not go back.',
  },
  'release-revoked': {
    severities: ['warning', 'error'],
    levels: ['summary'],
    summary:
      'Somebody revoked releases: which and why, what pointers rolled back to, what is in use and was left, what is not done.',
  },
  'retirement-report': {
    severities: ['info', 'warning', 'error'],
    levels: ['summary'],
    summary: 'Retirement: which AMIs go, when, and what keeps the others; afterwards, what could not be done.',
  },
} as const satisfies Record<Kind, Row>

export type SeverityOf<K extends Kind> = (typeof reference)[K]['severities'][number]
export type LevelOf<K extends Kind> = (typeof reference)[K]['levels'][number]

/** The table of kinds in docs/fleet.md. */
export const kindTable = (): string =>
  [
    '| kind | severity | level | tells |',
    '| --- | --- | --- | --- |',
    ...Object.entries<Row>(reference).map(([kind, row]) => {
      const level = row.summaries ? `summary ${row.summaries}, then detail` : row.levels.join(', ')
      return `| \`${kind}\` | ${row.severities.join(', ')} | ${level} | ${row.summary} |`
    }),
  ].join('\n')
