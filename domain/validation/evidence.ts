/** One thing that a check looked at. */
export interface CheckResult {
  check: string
  passed: boolean
  /** What was expected and what was found, in words. */
  detail: string
  /** It passed, and somebody should know of it all the same: a waiver that ends within a week. */
  warning?: true
}

/** What one check of one image came to: kept in the ledger, whichever it is. */
export interface Evidence {
  check: string
  mode: 'required' | 'advisory'
  passed: boolean
  results: CheckResult[]
  /** ISO 8601. */
  startedAt: string
  finishedAt: string
}

/** What is to be done about an image, in words. */
export interface Verdict {
  /** Required checks that have not passed: the image goes nowhere. */
  failures: string[]
  /** What people read, and nothing more. */
  warnings: string[]
}

/** Judges an image by the evidence of the checks that it was to pass. What has no evidence has not passed. */
export function verdictOf(checks: { check: string; mode: 'required' | 'advisory' }[], evidence: Evidence[]): Verdict {
  const verdict: Verdict = { failures: [], warnings: [] }
  for (const { check, mode } of checks) {
    const found = evidence.find((each) => each.check === check)
    const say = ({ check: what, detail }: CheckResult) => `${check}: ${what}: ${detail}`
    const results = found?.results ?? []
    const wrong = found ? results.filter(({ passed }) => !passed).map(say) : [`${check}: it left no evidence`]
    if (!found?.passed || wrong.length > 0)
      verdict[mode === 'required' ? 'failures' : 'warnings'].push(
        ...(wrong.length > 0 ? wrong : [`${check}: it has not passed`]),
      )
    verdict.warnings.push(...results.filter(({ passed, warning }) => passed && warning).map(say))
  }
  return verdict
}

/** At most so many of a list, and how many more there are. */
export function someOf(names: string[], most = 10): string {
  const rest = names.length - most
  return [...names.slice(0, most), ...(rest > 0 ? [`${rest} more`] : [])].join(', ')
}
