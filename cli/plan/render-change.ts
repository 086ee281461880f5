import type { Layout } from '../render/layout.ts'
import { list, wrap } from '../render/text.ts'
import type { FleetChange } from './base.ts'
import { isChange } from './base.ts'
import { planLines } from './render.ts'

/** What differs between the fleet of a git ref and this one, and what would be baked once this one is deployed. */
export function changeLines(change: FleetChange, layout: Layout = {}): string[] {
  const { base, added, removed, redefined, parts, plan } = change
  if (!isChange(change)) return [`It is the fleet of ${base}: a deploy changes nothing of it.`]
  const { width = Number.POSITIVE_INFINITY } = layout
  const rows: [title: string, names: string[]][] = [
    ['Images that are new', added],
    ['Images that are gone', removed],
    ['Images that are made of something else', redefined],
    ['Other parts that differ', parts],
  ]
  const lines = rows.flatMap(([title, names]) =>
    names.length > 0 ? wrap(`  ${title}: ${list(names)}`, width, '    ') : [],
  )
  const baked = plan === undefined ? ['A deploy bakes nothing.'] : ['Once it is deployed:', ...planLines(plan, layout)]
  return [`Beside the fleet of ${base}:`, ...lines, '', ...baked]
}
