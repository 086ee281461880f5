import type { CheckSettings, Waived } from '../check-kinds.ts'
import { type CheckResult, someOf } from './evidence.ts'
import { byPackage, countBySeverity, nameOf, type Severity, type Vulnerability, worstFirst } from './findings.ts'

type Settings = CheckSettings['vulnerabilities']

interface Scanned {
  findings: Vulnerability[]
  /** Of the parent image: needed where only what the image itself introduced counts. */
  parent?: Vulnerability[] | undefined
  /** The day in UTC: `2026-12-31`. */
  today: string
}

const thresholds = ['critical', 'high', 'medium', 'low'] as const
const dayMs = 86_400_000
/** How long before it ends people hear of a waiver. */
const noticeDays = 7

/**
 * Holds the findings of a scan against what is tolerated. A waived finding does not count while its waiver holds; a
 * waiver that has expired and would still be needed fails by itself, whatever the thresholds say.
 */
export function checkVulnerabilities(
  { waivers, fixable, introduced, ...settings }: Settings,
  { findings, parent = [], today }: Scanned,
): CheckResult[] {
  const inherited = new Set(introduced ? parent.flatMap(byPackage) : [])
  const asked = findings.filter(
    (finding) => (!fixable || finding.fixable) && byPackage(finding).some((key) => !inherited.has(key)),
  )
  const waiverOf = ({ id }: Vulnerability) => (Object.hasOwn(waivers, id) ? waivers[id] : undefined)
  const holds = (finding: Vulnerability) => (waiverOf(finding)?.expires ?? '') >= today
  const counted = asked.filter((finding) => !holds(finding))
  return [
    { check: 'findings', passed: true, detail: tally(findings, asked, counted) },
    ...thresholds
      .filter((severity) => settings[severity] !== undefined)
      .map((severity) => checkThreshold(severity, settings[severity] ?? 0, counted)),
    ...Object.entries(waivers)
      .filter(([cve]) => asked.some(({ id }) => id === cve))
      .map(([cve, waiver]) => checkWaiver(cve, waiver, today)),
    ...untriaged(counted),
  ]
}

/** `4 (1 CRITICAL, 3 HIGH); 1 not asked for; 1 waived` */
function tally(findings: Vulnerability[], asked: Vulnerability[], counted: Vulnerability[]): string {
  const counts = Object.entries(countBySeverity(findings)).map(([severity, count]) => `${count} ${severity}`)
  return [
    `${findings.length}${counts.length > 0 ? ` (${counts.join(', ')})` : ''}`,
    ...(asked.length < findings.length ? [`${findings.length - asked.length} not asked for`] : []),
    ...(counted.length < asked.length ? [`${asked.length - counted.length} waived`] : []),
  ].join('; ')
}

function checkThreshold(name: (typeof thresholds)[number], most: number, counted: Vulnerability[]): CheckResult {
  const severity = name.toUpperCase() as Severity
  const found = counted.filter((finding) => finding.severity === severity)
  const named = found.length > 0 ? `: ${someOf(worstFirst(found).map(inFull))}` : ''
  return {
    check: name,
    passed: found.length <= most,
    detail:
      found.length <= most
        ? `${found.length} of ${most} tolerated`
        : `expected ${most} at most, found ${found.length}${named}`,
  }
}

const inFull = (finding: Vulnerability) => {
  const { fixable, fixedIn } = finding
  const fix = fixedIn.length > 0 ? `fixed in ${fixedIn.join(', ')}` : fixable ? 'there is a fix' : 'no fix'
  return `${nameOf(finding)} (${fix})`
}

function checkWaiver(cve: string, { owner, reason, expires }: Waived, today: string): CheckResult {
  const daysLeft = (Date.parse(expires) - Date.parse(today)) / dayMs
  const check = `waiver of ${cve}`
  const detail = (what: string) => `the waiver of ${owner} (${reason}) ${what} ${expires}`
  if (daysLeft < 0) return { check, passed: false, detail: detail('expired on') }
  if (daysLeft > noticeDays) return { check, passed: true, detail: detail('holds until') }
  return { check, passed: true, warning: true, detail: detail('ends on') }
}

/** Whether a waiver is in its last days. */
export function expiresSoon(expires: string, time: string): boolean {
  const daysLeft = (Date.parse(expires) - Date.parse(time.slice(0, 10))) / dayMs
  return daysLeft >= 0 && daysLeft <= noticeDays
}

/** No threshold counts what nobody has rated yet: people must hear of it. */
function untriaged(counted: Vulnerability[]): CheckResult[] {
  const found = counted.filter(({ severity }) => severity === 'UNTRIAGED')
  if (found.length === 0) return []
  const named = someOf(found.map(nameOf))
  return [
    {
      check: 'not rated',
      passed: true,
      warning: true,
      detail: `${found.length} have no severity yet: ${named}`,
    },
  ]
}
