import type { Fleet } from '../../domain/fleet/model.ts'
import type { ImageRelease } from '../../domain/releases/image-release.ts'
import type { Forecast } from '../plan/forecast.ts'
import { waitLines } from '../plan/render.ts'
import { duration, instant } from '../render/duration.ts'
import type { Layout } from '../render/layout.ts'
import { type Column, table } from '../render/table.ts'
import { list, oneLine, unpainted, wrap } from '../render/text.ts'

/** A promotion as it would go. */
export interface PromotionPlan {
  campaign: string
  release: ImageRelease
  /** What is stable now. */
  stable?: string
  /** The newest that passed, where that is another: those below the image bake from it until this one is through. */
  newest?: string
  children: string[]
  forecast: Forecast
}

const columns: Column[] = [
  { title: 'RING' },
  { title: 'HAS IT' },
  { title: 'APPROVAL' },
  { title: 'SOAK', align: 'right' },
]

/** `2026-09-10 09:00 UTC` */
const minute = (time: string) => `${instant(Date.parse(time)).slice(0, 16)} UTC`

/** What is rolled out again, where to, and what changes with it. */
export function promotionLines(
  { release, stable, newest, children, forecast }: PromotionPlan,
  fleet: Fleet,
  { width = Number.POSITIVE_INFINITY, paint = unpainted }: Layout = {},
): string[] {
  const { image, version, ami, bakedAt, campaign, distributed = {} } = release
  const { trigger, waits, held, finishedAt } = forecast
  const rings = (fleet.images[image]?.rings ?? []).map((ring) => {
    const { soak = 0, approval } = fleet.rings[ring] ?? {}
    return [ring, distributed[ring] ? 'had it' : '', approval ? 'is asked for' : '', duration(soak)]
  })
  const lines = [
    `${paint('bold', `${image} ${version}`)} (${ami}) is rolled out again; nothing is baked. It was baked ` +
      `${minute(bakedAt)} in campaign ${campaign}, and passed its checks.`,
    `Why: ${oneLine(trigger.reason)}.`,
    stable === undefined ? 'Nothing is stable yet.' : `Stable now: ${stable}.`,
    ...(newest === undefined
      ? []
      : [
          `${paint('yellow', `${newest} is newer`)}, and passed its checks too.` +
            (children.length > 0
              ? ` Once ${version} is through its last ring, ${list(children)} will be baked from it.`
              : ''),
        ]),
    ...(trigger.emergency
      ? [paint('yellow', 'Emergency: no freeze and no window holds it up, and it takes the lock of an older roll-out.')]
      : []),
    ...(waits ? waitLines(waits, minute, paint) : []),
    ...held.flatMap(({ ring, reasons }) =>
      ring === undefined ? [] : [`To ring ${ring} it would wait: ${reasons.join('; ')}`],
    ),
    ...(finishedAt
      ? [
          `Through its rings about ${minute(finishedAt)}${rings.some(([, , asked]) => asked) ? ', or later, as approvals come' : ''}.`,
        ]
      : []),
  ]
  return [
    ...lines.flatMap((line) => wrap(line, width)),
    ...(rings.length > 0 ? ['', ...table(columns, rings, { width, paint })] : []),
  ]
}
