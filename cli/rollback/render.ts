import type { RingStatus } from '../../domain/operations.ts'
import type { FleetState } from '../../domain/planning/fleet-state.ts'
import type { ImageRelease } from '../../domain/releases/image-release.ts'
import type { RollbackPlan } from '../../domain/releases/rollback.ts'
import { instant } from '../render/duration.ts'
import type { Layout } from '../render/layout.ts'
import { type Step, stepOfRing } from '../render/steps.ts'
import { type Column, table } from '../render/table.ts'
import { count, list, oneLine, type Paint, unpainted } from '../render/text.ts'
import type { Standing } from '../status/standing.ts'
import { inProse } from '../typed.ts'
import type { RollbackNow } from './api.ts'

const columns: Column[] = [
  { title: 'RING' },
  { title: 'ACCOUNT' },
  { title: 'REGION' },
  { title: 'AMI' },
  { title: 'LAUNCH TEMPLATES', shrinks: true },
]

/** Of a ring with more targets, the others are counted. */
const shown = 20

const minute = (time = '') => `${instant(Date.parse(time)).slice(0, 16)} UTC`

export interface RollbackFacts extends Pick<Standing, 'underWay'> {
  plan: RollbackPlan
  known: FleetState
  /** Children that will be rebaked from what it rolls back to. */
  children: string[]
  /** Where only one ring goes back. */
  ring?: string | undefined
}

/** What a rollback would do, before anybody is asked. */
export function rollbackLines(facts: RollbackFacts, { width, paint = unpainted }: Layout = {}): string[] {
  const { plan, ring, children, underWay } = facts
  const { image, from, to, problems } = plan
  const title = `${image} rolls back from ${from.version} to ${to.version}${ring === undefined ? '' : ` in ring ${ring}`}.`
  return [
    paint('bold', title),
    `  ${from.version}  ${from.ami}  ${standingText(from)}`,
    `  ${to.version}  ${to.ami}  ${standingText(to)}`,
    '',
    ...table(columns, rowsOf(plan), { paint, ...(width !== undefined && { width }) }),
    ...paragraph(
      problems.length > 0 && `${paint('yellow', '!')} These cannot go back, and it will end as incomplete:`,
      problems,
    ),
    ...paragraph(underWay.length > 0 && 'Under way, and stopped by it:', underWay.map(claimText)),
    ...paragraph(children.length > 0 && `Rebaked from ${to.ami} at the next look at all images:`, [list(children)]),
    '',
    `${ring === undefined ? 'Parameters, channels and launch templates go' : 'The pointers of this ring go'} back; what runs already is left alone.`,
    `${image} is held from then on: nothing of it is baked or moves until ${inProse('resume', image)}.`,
    '',
  ]
}

const paragraph = (title: string | false, lines: string[]) =>
  title === false ? [] : ['', title, ...lines.map((line) => `  ${oneLine(line)}`)]

const standingText = ({ bakedAt, releasedAt, rolledBack }: ImageRelease) =>
  [
    releasedAt === undefined
      ? `baked ${minute(bakedAt)}, never through its last ring`
      : `released ${minute(releasedAt)}`,
    ...(rolledBack ? [`rolled back ${minute(rolledBack.at)}`] : []),
  ].join(', ')

export const claimText = ({ campaign, stage, waits }: Standing['underWay'][number]) =>
  `campaign ${campaign} ${waits ? 'waits to' : 'has the lock to'} ${stage === 'bake' ? 'bake it' : 'roll it out'}`

function rowsOf({ rings }: RollbackPlan): string[][] {
  return rings.flatMap(({ ring, targets, launchTemplates }) => {
    const templates = list(launchTemplates.map(({ name }) => name))
    const rows = targets.slice(0, shown).map(({ account, region, ami }) => [ring, account, region, ami, templates])
    const more = targets.length - rows.length
    return [
      ...(rows.length > 0 ? rows : [[ring, 'no target', '', '', '']]),
      ...(more > 0 ? [[ring, `and ${more} more`, '', '', '']] : []),
    ]
  })
}

/** Each ring as it is now, by what it was to be. */
export function ringSteps({ rings }: RollbackPlan, now: RollbackNow): Step[] {
  const width = Math.max(...rings.map(({ ring }) => ring.length))
  return rings.map(({ ring, targets }): Step => {
    const step = now.rings.find((each) => each.ring === ring)
    const name = `ring ${ring.padEnd(width)}`
    const of = count(targets.length, 'target')
    const texts: Record<RingStatus, string> = {
      waiting: of,
      restoring: `${of} …`,
      done: `${of} restored`,
      wrong: list(step?.wrong ?? [], 1),
    }
    const status = step?.status ?? 'waiting'
    return { name, status: stepOfRing[status], text: texts[status] }
  })
}

/** What became of it, and how to go on. */
export function rolledBackLines(
  { plan, ring }: Pick<RollbackFacts, 'plan' | 'ring'>,
  { status, problems }: RollbackNow,
  paint: Paint = unpainted,
): string[] {
  const { image, to, rings } = plan
  const targets = count(
    rings.reduce((sum, { targets }) => sum + targets.length, 0),
    'target',
  )
  const where = ring === undefined ? `${targets} of ${count(rings.length, 'ring')}` : `${targets} of ring ${ring}`
  if (status === 'finished')
    return [
      `${paint('green', '✔')} ${image} is ${to.version} again, in ${where}. It is held: ${inProse('resume', image)} lets it go on.`,
    ]
  return [
    `${paint('red', '✖')} ${image} is not ${to.version} everywhere:`,
    ...problems.map((problem) => `  ${oneLine(problem)}`),
    '',
    'Fix what is said of each target, and give the same command again: it writes only what differs.',
  ]
}
