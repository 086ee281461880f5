import type { RevocationRequest } from '../../domain/releases/revocation.ts'
import { isWithdrawn } from '../../domain/releases/withdrawal.ts'
import type { Preview } from '../../functions/plan-revocation/plan-revocation.ts'
import type { Layout } from '../render/layout.ts'
import { type Step, stepOfOperation } from '../render/steps.ts'
import { type Column, table } from '../render/table.ts'
import { count, list, oneLine, type Paint, type Style, unpainted, wrap } from '../render/text.ts'
import { withdrawalSteps } from '../render/withdrawals.ts'
import { inProse } from '../typed.ts'
import type { RevocationNow } from './api.ts'

const columns: Column[] = [
  { title: 'IMAGE' },
  { title: 'VERSION' },
  { title: 'AMI' },
  { title: 'COPIES', align: 'right' },
  { title: 'POINTERS', shrinks: true },
]

const useColumns: Column[] = [
  { title: 'ACCOUNT' },
  { title: 'REGION' },
  { title: 'AMI' },
  { title: 'USED BY', shrinks: true },
]

/** What a revocation would do, before anybody decides about it. */
export function previewLines(
  preview: Preview,
  { force }: RevocationRequest,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  const { releases, uses, unread, spared, stranded, rebake, withdrawals } = preview
  const layout = { width, paint }
  const say = (text: string, style?: Style) =>
    wrap(text, width).map((line) => (style === undefined ? line : paint(style, line)))
  const amis = withdrawals.reduce((sum, each) => sum + each.amis.length, 0)
  const rows = releases.map((release) => [
    release.image,
    release.version,
    release.ami,
    String(copiesOf(preview, release.image, release.version)),
    pointersText(preview, release.image),
  ])
  const inUse = force
    ? say('In use, and disabled all the same (--force): what scales out or restarts there fails.', 'red')
    : say('In use, so not disabled but deprecated (--force disables them too):', 'yellow')
  const used = uses.map(({ account, region, ami, kind, name }) => [account, region, ami, `${kind} ${name}`])
  const stay = `${count(spared.length, 'release')} descended from it ${spared.length === 1 ? 'stays' : 'stay'}`
  const sections = [
    [
      ...say(`${count(releases.length, 'release')} would be revoked, and ${count(amis, 'AMI')} disabled.`, 'bold'),
      ...say('Nothing is baked from them and nothing points to them any more. What runs keeps running.'),
    ],
    table(columns, rows, layout),
    used.length > 0
      ? [...inUse, ...table(useColumns, used, layout)]
      : say('Nothing that could be looked at runs on them.'),
    unread ? say(`Nobody could look everywhere, and where nobody could, nothing is disabled: ${unread}`, 'yellow') : [],
    spared.length > 0
      ? [
          ...say(`${stay} (--descendants revokes them too):`, 'yellow'),
          ...spared.map(({ image, version }) => `  ${image} ${version}`),
        ]
      : [],
    stranded.length > 0
      ? say(
          `There is no good release of ${list(stranded)}: its parameters are deleted, in every account. Launches by them fail, also of Auto Scaling groups, until it is baked again.`,
          'red',
        )
      : [],
    rebake.length > 0
      ? say(`Baked again afterwards: ${list(rebake)}, with what descends from them.`)
      : say('Nothing is baked again: no image of the fleet is on them.'),
  ]
  return sections.filter((section) => section.length > 0).flatMap((section) => [...section, ''])
}

const copiesOf = ({ withdrawals }: Preview, image: string, version: string) =>
  withdrawals.flatMap(({ amis }) => amis).filter((each) => each.image === image && each.version === version).length

const pointersText = ({ goBack, stranded }: Preview, image: string) => {
  const back = goBack.find((each) => each.image === image)
  if (back) return `back to ${back.to}`
  return stranded.includes(image) ? 'deleted: no good release' : 'none on it'
}

/** Each image whose pointers roll back, and each account and region that has AMIs, as they are now. */
export function revocationSteps({ record, rollbacks, withdrawals }: RevocationNow): Step[] {
  const steps = [
    ...(record?.goBack ?? []).map(({ image, to }): Step => {
      const now = rollbacks.find((each) => each.image === image)
      return {
        name: `pointers of ${image}`,
        status: now ? stepOfOperation[now.status] : 'waiting',
        text: now?.status === 'failed' ? (now.problems?.[0] ?? 'not everywhere') : `back to ${to}`,
      }
    }),
    ...withdrawalSteps(withdrawals),
  ]
  const width = Math.max(0, ...steps.map(({ name }) => name.length))
  return steps.map((step) => ({ ...step, name: step.name.padEnd(width) }))
}

/** What became of it, and how to go on. */
export function revokedLines(
  { status, record, withdrawals, problems }: RevocationNow,
  paint: Paint = unpainted,
): string[] {
  const amis = withdrawals.flatMap((each) => each.amis)
  const disabled = amis.filter(isWithdrawn).length
  const inUse = amis.filter(({ outcome }) => outcome === 'in-use').length
  const what = `${count(record?.releases.length ?? 0, 'release')} revoked, ${count(disabled, 'AMI')} disabled`
  const spared = inUse > 0 ? `, ${inUse} in use and only deprecated` : ''
  return [
    status === 'finished'
      ? `${paint('green', '✔')} ${what}${spared}.`
      : `${paint('red', '✖')} Not all of it is done: ${what}${spared}.`,
    ...problems.map((problem) => `  ${oneLine(problem)}`),
    ...(record?.campaign ? [`What is affected is baked again: ${inProse('status', record.campaign)}`] : []),
    ...(problems.length > 0
      ? ['', 'Fix what is said, and give the same command again: it goes on with what is left.']
      : []),
  ]
}
