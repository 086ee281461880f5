/** From the worst down: what Inspector calls them. https://docs.aws.amazon.com/inspector/latest/user/findings-understanding-severity.html */
export const severities = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNTRIAGED'] as const
export type Severity = (typeof severities)[number]

/** One vulnerability in one image, as far as anything here looks at it. */
export interface Vulnerability {
  /** `CVE-2026-1234` */
  id: string
  severity: Severity
  /** Names of the packages that have it. */
  packages: string[]
  /** Whether a newer package fixes it; what Inspector does not know counts as fixed. */
  fixable: boolean
  /** The versions that fix it, where they are known. */
  fixedIn: string[]
}

/** What two images must share for a finding to be the same: the vulnerability in that package. */
export const byPackage = ({ id, packages }: Vulnerability): string[] =>
  (packages.length > 0 ? packages : ['']).map((name) => `${id} ${name}`)

/** `CVE-2026-1234 HIGH in openssl` */
export const nameOf = ({ id, severity, packages }: Vulnerability): string =>
  [id, severity, ...(packages.length > 0 ? ['in', packages.join(', ')] : [])].join(' ')

/** The worst first. */
export const worstFirst = (findings: Vulnerability[]): Vulnerability[] =>
  [...findings].sort(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || (a.id < b.id ? -1 : 1),
  )

/** Only those severities that there are, the worst first. */
export const countBySeverity = (findings: Vulnerability[]): Record<string, number> =>
  Object.fromEntries(
    severities
      .map((each) => [each, findings.filter(({ severity }) => severity === each).length] as const)
      .filter(([, count]) => count > 0),
  )
