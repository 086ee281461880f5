import type { Answer, Approval } from '../../domain/approvals.ts'
import type { ImageResult } from '../../rehearsal/results.ts'
import { minute } from '../render/duration.ts'
import type { Layout } from '../render/layout.ts'
import { type Column, table } from '../render/table.ts'
import { count, list, oneLine, type Paint, unpainted } from '../render/text.ts'
import { typed } from '../typed.ts'
import type { Open } from './api.ts'

const columns: Column[] = [
  { title: 'CAMPAIGN' },
  { title: 'IMAGE' },
  { title: 'VERSION' },
  { title: 'RING' },
  { title: 'UNTIL (UTC)' },
  { title: 'WHO MAY', shrinks: true },
]

/** What waits for an approval, and how to answer. */
export function openLines(open: readonly Open[], layout: Layout = {}): string[] {
  const [first] = open
  if (!first) return ['Nothing waits for an approval.']
  const { paint = unpainted } = layout
  const named = [first.campaign, first.image, '--ring', first.ring]
  const others = open.filter(({ campaign }) => campaign === first.campaign).length - 1
  return [
    paint('bold', `${count(open.length, 'image')} ${open.length === 1 ? 'waits' : 'wait'} for an approval.`),
    '',
    ...waitingTable(open, layout),
    '',
    `  ${typed('approve', ...named)}`,
    `  ${typed('reject', ...named, '--reason', 'TEXT')}`,
    ...(others > 0 ? [`  ${typed('approve', first.campaign)}`] : []),
  ]
}

function waitingTable(open: readonly Open[], { width, paint = unpainted }: Layout): string[] {
  const rows = open.map(({ campaign, image, version, ring, until, approvers }) => [
    campaign,
    image,
    version,
    ring,
    minute(until),
    list(approvers.map(shortName)),
  ])
  return table(columns, rows, { paint, ...(width !== undefined && { width }) })
}

/** What is about to be answered. */
export function askedLines(waiting: readonly Open[], by: string, layout: Layout = {}): string[] {
  const [only] = waiting
  const lines =
    only && waiting.length === 1
      ? [
          `${only.image} ${only.version} (${only.ami}) waits to go to ring ${only.ring}, since ${minute(only.requestedAt)} UTC and until ${minute(only.until)} UTC.`,
          'What changed in it, and what its checks found, is in the message that asked for the approval.',
        ]
      : [
          ...waitingTable(waiting, layout),
          '',
          'What changed in the first of each ring, and what its checks found, is in the message that asked for it.',
        ]
  return [...lines, `You answer as ${by}.`]
}

/** One of several whose answer did not count. */
export const notTakenLines = (
  { image, ring }: Pick<Open, 'image' | 'ring'>,
  why: string,
  paint: Paint = unpainted,
): string[] => [`${paint('red', '✖')} ${image} for ring ${ring}: ${oneLine(why)}`]

export function answeredLines(
  { campaign, image, ring }: Pick<Open, 'campaign' | 'image' | 'ring'>,
  { as, by, at }: Answer,
  paint: Paint = unpainted,
): string[] {
  const what = `${image} for ring ${ring} in campaign ${campaign}`
  return as === 'approved'
    ? [`${paint('green', '✔')} Approved ${what}, as ${by} at ${at}. Its roll-out goes on.`]
    : [
        `${paint('yellow', '✖')} Rejected ${what}, as ${by} at ${at}. Everybody who gets messages about images reads why.`,
      ]
}

/** Whether somebody is asked, and has not answered. */
export const waitsForApproval = ({ status, approvals }: Pick<ImageResult, 'status' | 'approvals'>) =>
  status === 'running' && approvals.some(({ answer }) => !answer)

/** `approved by managers/alice for everyone`: what became of each request, in a line. */
export const approvalsText = (approvals: readonly Approval[]): string =>
  approvals
    .map(({ ring, until, answer }) =>
      answer?.by
        ? `${answer.as} by ${shortName(answer.by)} for ${ring}`
        : `waits for approval for ${ring} until ${minute(until)} UTC`,
    )
    .map(oneLine)
    .join('; ')

/** `role/managers` of a role, `managers/alice` of its session, `user/bob` of a user. */
const shortName = (arn: string) =>
  arn
    .split(':')
    .slice(5)
    .join(':')
    .replace(/^assumed-role\//, '')
