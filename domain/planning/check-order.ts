import { platformOf } from '../fleet/graph.ts'
import type { Fleet, Image } from '../fleet/model.ts'
import { resourceName } from '../names.ts'

type Settings<K extends keyof Image['checks']> = Omit<NonNullable<Image['checks'][K]>, 'mode' | 'timeout'>
type Custom = NonNullable<Image['checks']['custom']>[string]

/** One vulnerability that somebody answers for. */
export interface Waived {
  owner: string
  reason: string
  /** The last day on which it holds, UTC: `2026-12-31`. */
  expires: string
}

/** What each kind of check asks for. */
interface Kinds {
  ami: Settings<'ami'>
  vulnerabilities: Settings<'vulnerabilities'> & {
    waivers: Record<string, Waived>
    /** Where only what it introduced counts: its parent image, which has findings of its own. */
    parent: string
  }
  packages: Settings<'packages'>
  smoke: { instanceType: string; document: string; parameters: Record<string, string> }
  custom: Omit<Custom, 'mode' | 'timeout'>
}
type CheckKind = keyof Kinds

type Ordered<K extends CheckKind> = {
  /** `ami`, `smoke m7i.large`, `custom licences`: the name under which its evidence is kept. */
  check: string
  kind: K
  mode: 'required' | 'advisory'
  /** Seconds after which it has not passed. */
  timeout: number
  /** Seconds to wait for an event before looking by itself. */
  lookAfter: number
  settings: Kinds[K]
}

/** One check of one image, as it was when the campaign was planned. */
export type CheckOrder = { [K in CheckKind]: Ordered<K> }[CheckKind]

/** The AMI itself is looked at in seconds. */
const amiTimeout = 900
/** A quarter of an hour: an event that is lost costs no more. */
const lookAfter = 900

/** Every check of an image. They run side by side. */
export function orderChecks(fleet: Fleet, name: string, image: Image): CheckOrder[] {
  const { ami, vulnerabilities, packages, smoke, custom = {} } = image.checks
  const orders: CheckOrder[] = [ordered('ami', 'ami', { ...ami, timeout: amiTimeout })]
  if (vulnerabilities)
    orders.push(
      ordered('vulnerabilities', 'vulnerabilities', {
        ...vulnerabilities,
        waivers: waiversOf(fleet, name),
        parent: image.parent,
      }),
    )
  if (packages) orders.push(ordered('packages', 'packages', packages))
  if (smoke)
    for (const instanceType of smoke.instanceTypes ?? firstInstanceType(fleet, image))
      orders.push(
        ordered(`smoke ${instanceType}`, 'smoke', {
          mode: smoke.mode,
          timeout: smoke.timeout,
          instanceType,
          document: smoke.document ?? smokeDocument(fleet.name, name),
          parameters: smoke.parameters ?? {},
        }),
      )
  for (const [key, settings] of Object.entries(custom))
    orders.push({ ...ordered(`custom ${key}`, 'custom', settings), lookAfter: settings.timeout + 60 })
  return orders
}

/** The command document that a smoke test's script becomes. */
export const smokeDocument = (fleet: string, image: string) => resourceName(fleet, `smoke-${image}`)

/** Windows takes its time to start; the platform also decides which shell runs a script. */
export const runsPowerShell = (fleet: Fleet, image: string) => platformOf(fleet, image) === 'Windows'

function ordered<K extends CheckKind>(
  check: string,
  kind: K,
  { mode, timeout, ...settings }: Kinds[K] & Pick<CheckOrder, 'mode' | 'timeout'>,
): Ordered<K> {
  return {
    check,
    kind,
    mode,
    timeout,
    lookAfter: Math.min(timeout, lookAfter),
    settings: settings as unknown as Kinds[K],
  }
}

const waivedOf = ({ owner, reason, expires }: Waived): Waived => ({ owner, reason, expires })

function waiversOf({ waivers }: Fleet, image: string): Record<string, Waived> {
  const holds = Object.entries(waivers).filter(([, waiver]) => waiver.images?.includes(image) ?? true)
  return Object.fromEntries(holds.map(([cve, waiver]) => [cve, waivedOf(waiver)]))
}

const firstInstanceType = ({ infrastructure }: Fleet, image: Image): string[] =>
  infrastructure[image.infrastructure ?? '']?.instanceTypes.slice(0, 1) ?? []
