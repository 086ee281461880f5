import type { Changes } from '../validation/changes.ts'
import { someOf } from '../validation/evidence.ts'

/** What is new, long lists cut short. */
export function changeLines(changes: Changes | string): string[] {
  if (typeof changes === 'string') return [`What changed is not known: ${changes}`]
  const { previous, packages, findings, counts } = changes
  const reported = [
    packages &&
      counted('packages', {
        added: packages.added,
        removed: packages.removed,
        'in another version': packages.upgraded.map(({ name, from, to }) => `${name} ${from} -> ${to}`),
      }),
    findings && counted('vulnerabilities', { fixed: findings.fixed, new: findings.new }),
  ].filter((line) => line !== undefined)
  const known = packages !== undefined || findings !== undefined
  const now = Object.entries(counts ?? {}).map(([severity, count]) => `${count} ${severity}`)
  return [
    previous
      ? `What changed since ${previous.version} (${previous.ami}):`
      : 'There is no release before it to compare with.',
    ...(previous && reported.length === 0
      ? [known ? '  nothing that Image Builder knows of' : '  Image Builder does not know']
      : reported),
    ...(counts ? [`Vulnerabilities in it: ${now.join(', ') || 'none'}.`] : []),
  ]
}

/** `  packages: 1 added (jq); 2 removed (curl, wget)`; undefined where there is nothing to say. */
function counted(what: string, lists: Record<string, string[]>): string | undefined {
  const some = Object.entries(lists).filter(([, names]) => names.length > 0)
  const parts = some.map(([how, names]) => `${names.length} ${how} (${someOf(names)})`)
  return parts.length > 0 ? `  ${what}: ${parts.join('; ')}` : undefined
}
