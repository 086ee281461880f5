import { type CheckResult, someOf } from './evidence.ts'

/** What is installed: versions by name. A name may have several, as kernels have. */
export type Packages = ReadonlyMap<string, readonly string[]>

export interface PackageChanges {
  added: string[]
  removed: string[]
  /**
   * There before and now, in other versions: newer ones as a rule. Which of two is newer, each package manager answers
   * in its own way, so nothing here calls one a downgrade. Several versions are separated by commas.
   */
  upgraded: { name: string; from: string; to: string }[]
}

const versionsOf = (packages: Packages, name: string) => [...(packages.get(name) ?? [])].sort().join(', ')

/** What is installed now and was not before, and the other way round; each list by name. */
export function comparePackages(before: Packages, now: Packages): PackageChanges {
  const names = (of: Packages) => [...of.keys()].sort()
  return {
    added: names(now).filter((name) => !before.has(name)),
    removed: names(before).filter((name) => !now.has(name)),
    upgraded: names(now)
      .filter((name) => before.has(name))
      .map((name) => ({ name, from: versionsOf(before, name), to: versionsOf(now, name) }))
      .filter(({ from, to }) => from !== to),
  }
}

interface PackagesAsked {
  required: string[]
  forbidden: string[]
}

/** Holds what is installed against what must be and what must not be: names are compared to the letter. */
export function checkPackages(now: Packages, { required, forbidden }: PackagesAsked): CheckResult[] {
  const missing = required.filter((name) => !now.has(name))
  const present = forbidden.filter((name) => now.has(name))
  const results: CheckResult[] = [{ check: 'list', passed: true, detail: `${now.size} packages` }]
  if (required.length > 0)
    results.push({
      check: 'required',
      passed: missing.length === 0,
      detail: missing.length > 0 ? `not installed: ${missing.join(', ')}` : `${required.join(', ')} installed`,
    })
  if (forbidden.length > 0)
    results.push({
      check: 'forbidden',
      passed: present.length === 0,
      detail:
        present.length > 0
          ? `installed: ${present.map((name) => `${name} ${versionsOf(now, name)}`).join(', ')}`
          : `${forbidden.join(', ')} not installed`,
    })
  return results
}

/** What moved since the previous release, in a line: it tells people, and never stops an image. */
export function describeChanges(version: string, { added, removed, upgraded }: PackageChanges): CheckResult {
  const count = (names: string[], what: string) => names.length > 0 && `${names.length} ${what} (${someOf(names)})`
  const moved = upgraded.map(({ name, from, to }) => `${name} ${from} -> ${to}`)
  const reported = [count(added, 'added'), count(removed, 'removed'), count(moved, 'upgraded')].filter(Boolean)
  return {
    check: 'comparison',
    passed: true,
    detail: `since ${version}: ${reported.join('; ') || 'nothing moved'}`,
  }
}
