import type { Answer, Approval } from '../../domain/approvals.ts'
import type { ImageResult } from '../../rehearsal/results.ts'
import type { Open } from '../aws/approvals.ts'
import { instant } from './duration.ts'
import type { Layout } from './layout.ts'
import { type Column, table } from './table.ts'
import { count, list, oneLine, type Paint, unpainted } from './text.ts'

const columns: Column[] = [
  { title: 'CAMPAIGN' },
  { title: 'IMAGE' },
  { title: 'VERSION' },
  { title: 'RING' },
  { title: 'UNTIL (UTC)' },
  { title: 'WHO MAY', shrinks: true },
]

/** `2026-09-10 09:00` */
const minute = (time: string) => instant(Date.parse(time)).slice(0, 16)

/** What waits for an approval, and how to answer. */
export function openLines(open: readonly Open[], { width, paint = unpainted }: Layout = {}): string[] {
  const [first] = open
  if (!first) return ['Nothing waits for an approval.']
  const rows = open.map(({ campaign, image, version, ring, until, approvers }) => [
    ...[campaign, image, version, ring, minute(until)],
    list(approvers.map(shortName)),
  ])
  const named = `${first.campaign} ${first.image} --ring ${first.ring}`
  return [
    paint('bold', `${count(open.length, 'image')} ${open.length === 1 ? 'waits' : 'wait'} for an approval.`),
    '',
    ...table(columns, rows, { paint, ...(width !== undefined && { width }) }),
    '',
    `  rebake approve ${named}`,
    `  rebake reject ${named} --reason TEXT`,
  ]
}

/** One that is about to be answered. */
export const askedLines = ({ image, version, ami, ring, requestedAt, until }: Open, by: string): string[] => [
  `${image} ${version} (${ami}) waits to go to ring ${ring}, since ${minute(requestedAt)} UTC and until ${minute(until)} UTC.`,
  'What changed in it, and what its checks found, is in the message that asked for the approval.',
  `You answer as ${by}.`,
  '',
]

export function answeredLines(
  { campaign, image, ring }: Pick<Open, 'campaign' | 'image' | 'ring'>,
  { as, by, at }: Answer,
  paint: Paint = unpainted,
): string[] {
  const what = `${image} for ring ${ring} in campaign ${campaign}`
  return as === 'approved'
    ? [`${paint('green', '✔')} Approved ${what}, as ${by} at ${at}. Its roll-out goes on.`]
    : [`${paint('yellow', '✖')} Rejected ${what}, as ${by} at ${at}. Whoever is told of images is told why.`]
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
