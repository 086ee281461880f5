import type { Channel } from '../../domain/names.ts'
import type { Attempt } from '../../domain/planning/fleet-state.ts'
import { type Hold, holdText } from '../../domain/planning/holds.ts'
import { someOf, verdictOf } from '../../domain/validation/evidence.ts'
import type { Reported } from '../deployment/releases.ts'
import { minute } from '../render/duration.ts'
import type { Layout } from '../render/layout.ts'
import { releaseStatusText, whereOf } from '../render/releases.ts'
import { count, oneLine, type Paint, unpainted, wrap } from '../render/text.ts'

interface HistoryEntry extends Reported {
  /** What points to it. */
  channels: Channel[]
}

/** What became of an image. */
export interface History {
  image: string
  held?: Hold
  /** The newest try, where it failed. */
  failed?: Attempt
  /** The newest first. */
  releases: HistoryEntry[]
  /** How many older ones there are. */
  more: number
}

/** A heading, and under it what there is to say, each with its label; a label goes on where it is ''. */
interface Paragraph {
  /** When it began: the newest comes first. */
  at: string
  heading: string
  facts: [label: string, text: string][]
}

/** What became of an image: the newest first, each release as a paragraph, and a try that failed where it belongs. */
export function historyLines(
  { image, held, failed, releases, more }: History,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  const total = releases.length + more
  const headline = total === 0 ? `${image} has no release yet.` : `${image} has ${count(total, 'release')}.`
  const paragraphs = [
    ...(failed ? [failedParagraph(failed, paint)] : []),
    ...releases.map((entry) => releaseParagraph(entry, paint)),
  ].sort((a, b) => b.at.localeCompare(a.at))
  const heldLine = held && `${paint('yellow', '!')} ${image} is ${oneLine(holdText(image, held))}`
  return [
    ...(heldLine ? [...wrap(heldLine, width, '  '), ''] : []),
    paint('bold', headline),
    ...paragraphs.flatMap((each) => ['', ...paragraphLines(each, width)]),
    ...(more > 0 ? ['', paint('dim', `… and ${count(more, 'older release')}: --limit shows more`)] : []),
  ]
}

const labelWidth = 12

const paragraphLines = ({ heading, facts }: Paragraph, width: number): string[] => [
  heading,
  ...facts.flatMap(([label, text]) =>
    wrap(oneLine(text), width - labelWidth).map(
      (line, at) => `${`  ${at === 0 ? label : ''}`.padEnd(labelWidth)}${line}`,
    ),
  ),
]

function releaseParagraph(entry: HistoryEntry, paint: Paint): Paragraph {
  const { release, channels, parent, trigger, evidence } = entry
  const { version, ami, bakedAt, parentAmi, campaign, releasedAt, revoked, retired } = release
  const { text, icon, style } = releaseStatusText(release, channels)
  const [recipe, build] = version.split('/')
  const from = parent ? `${parent.image} ${parent.version} (${parentAmi})` : `the upstream's ${parentAmi}`
  const where = whereOf(release)
  return {
    at: bakedAt,
    heading: `${paint(style, icon)} ${paint('bold', version)}  ${ami}${text === '' ? '' : `  ${paint(style, text)}`}`,
    facts: [
      ['baked', `${minute(bakedAt)} UTC from ${from}, by recipe ${recipe}, build ${build}`],
      ['why', `${trigger?.reason ?? 'nobody knows any more'} (campaign ${campaign})`],
      ...findings(evidence),
      ...(where === '' ? [] : [fact('where', where)]),
      ['released', releasedAt ? `${minute(releasedAt)} UTC` : 'not through its last ring'],
      ...(revoked ? [fact('revoked', `${minute(revoked.at)} UTC by ${revoked.by}: ${revoked.reason}`)] : []),
      ...(retired ? [fact('retired', retiredText(retired))] : []),
    ],
  }
}

const fact = (label: string, text: string): [string, string] => [label, text]

const retiredText = ({ deprecatedAt, removedAt }: { deprecatedAt: string; removedAt?: string }) =>
  `deprecated ${minute(deprecatedAt)} UTC${removedAt ? `, removed ${minute(removedAt)} UTC` : ''}`

/** How many checks passed, then what the others found, as far as a person reads it. */
function findings(evidence: HistoryEntry['evidence']): [string, string][] {
  if (evidence.length === 0) return [['checks', 'no evidence is left']]
  const { failures, warnings } = verdictOf(evidence, evidence)
  const passed = evidence.filter((each) => each.passed).length
  const found = [...failures, ...warnings]
  return [
    ['checks', `${passed} of ${evidence.length} passed`],
    ...(found.length > 0 ? [fact('', someOf(found, 3))] : []),
  ]
}

const failedParagraph = (attempt: Attempt, paint: Paint): Paragraph => ({
  at: attempt.at,
  heading: `${paint('red', '✖')} ${paint('red', 'failed')}`,
  facts: [
    ['begun', `${minute(attempt.at)} UTC from ${attempt.parentAmi} (campaign ${attempt.campaign})`],
    ['tried', `${count(attempt.tries, 'time')}${attempt.givenUp ? '; nobody tries again by themselves' : ''}`],
    ['why', attempt.failed ?? ''],
  ],
})
