import { byPackage, countBySeverity, nameOf, type Vulnerability } from './findings.ts'
import { comparePackages, type PackageChanges, type Packages } from './packages.ts'

/** What is new in an image since its previous release: for approvals and release notes. What nobody knows is left out. */
export interface Changes {
  previous?: { version: string; ami: string }
  packages?: PackageChanges
  /** Vulnerabilities in words: `CVE-2026-1234 HIGH in openssl`. */
  findings?: { fixed: string[]; new: string[] }
  /** How many there are now, by severity: only those that there are, the worst first. */
  counts?: Record<string, number>
}

/** One release, as far as Image Builder knows it. */
export interface Contents {
  packages?: Packages | undefined
  findings?: Vulnerability[] | undefined
}

/** Without a previous release there is nothing to compare with; how many vulnerabilities there are is worth a word all the same. */
export function changesSince(
  previous: ({ version: string; ami: string } & Contents) | undefined,
  now: Contents,
): Changes {
  const { version = '', ami = '', packages, findings } = previous ?? {}
  return {
    ...(previous && { previous: { version, ami } }),
    ...(packages && now.packages && { packages: comparePackages(packages, now.packages) }),
    ...(findings &&
      now.findings && {
        findings: { fixed: without(findings, now.findings), new: without(now.findings, findings) },
      }),
    ...(now.findings && { counts: countBySeverity(now.findings) }),
  }
}

/** Those of one list that the other has not. */
function without(findings: Vulnerability[], others: Vulnerability[]): string[] {
  const known = new Set(others.flatMap(byPackage))
  return findings.filter((finding) => byPackage(finding).some((key) => !known.has(key))).map(nameOf)
}
