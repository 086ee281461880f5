import { describe, expect, it } from 'vitest'
import type { Vulnerability } from '../../../domain/validation/findings.ts'
import { checkVulnerabilities } from '../../../domain/validation/vulnerabilities.ts'

const finding = (id: string, more: Partial<Vulnerability> = {}): Vulnerability => ({
  id,
  severity: 'HIGH',
  packages: ['openssl'],
  fixable: true,
  fixedIn: ['3.2.2-1'],
  ...more,
})
const waiver = (expires: string) => ({
  'CVE-2026-1': { owner: 'ann@example.com', reason: 'not reachable', expires },
})
const today = '2026-09-08'
type Settings = Parameters<typeof checkVulnerabilities>[0]
const check = (settings: Partial<Settings>, findings: Vulnerability[], parent?: Vulnerability[]) =>
  checkVulnerabilities(
    { fixable: false, introduced: false, waivers: {}, parent: 'base', ...settings },
    { findings, parent, today },
  )
const failures = (results: ReturnType<typeof check>) =>
  results.filter(({ passed }) => !passed).map(({ check: what, detail }) => `${what}: ${detail}`)
const one = [finding('CVE-2026-1')]

describe('what a scan found', () => {
  it.each<[string, Partial<Settings>, Vulnerability[], Vulnerability[] | undefined, string[]]>([
    ['passes without findings', { critical: 0, high: 0 }, [], undefined, []],
    ['passes where nothing is limited', {}, one, undefined, []],
    ['passes as many as are tolerated', { high: 1 }, one, undefined, []],
    ['passes what is less than it limits', { critical: 0 }, one, undefined, []],
    [
      'fails one more than is tolerated',
      { high: 0 },
      one,
      undefined,
      ['high: expected 0 at most, found 1: CVE-2026-1 HIGH in openssl (fixed in 3.2.2-1)'],
    ],
    [
      'fails each severity by itself',
      { critical: 0, low: 0 },
      [finding('CVE-2', { severity: 'LOW' }), finding('CVE-3', { severity: 'CRITICAL', fixedIn: [] })],
      undefined,
      [
        'critical: expected 0 at most, found 1: CVE-3 CRITICAL in openssl (there is a fix)',
        'low: expected 0 at most, found 1: CVE-2 LOW in openssl (fixed in 3.2.2-1)',
      ],
    ],
    [
      'counts what has no fix',
      { high: 0 },
      [finding('CVE-2', { fixable: false, fixedIn: [], packages: [] })],
      undefined,
      ['high: expected 0 at most, found 1: CVE-2 HIGH (no fix)'],
    ],
    [
      'does not where only fixable ones count',
      { high: 0, fixable: true },
      [finding('CVE-2', { fixable: false })],
      undefined,
      [],
    ],
    ['does not count what the parent has', { high: 0, introduced: true }, one, one, []],
    [
      "counts the parent's vulnerability in another package",
      { high: 0, introduced: true },
      [finding('CVE-2026-1', { packages: ['openssl', 'node'] })],
      one,
      ['high: expected 0 at most, found 1: CVE-2026-1 HIGH in openssl, node (fixed in 3.2.2-1)'],
    ],
    [
      "counts the parent's where the image answers for all",
      { high: 0 },
      one,
      one,
      ['high: expected 0 at most, found 1: CVE-2026-1 HIGH in openssl (fixed in 3.2.2-1)'],
    ],
    ['does not count what is waived', { high: 0, waivers: waiver('2027-01-01') }, one, undefined, []],
    ['holds a waiver to its last day', { high: 0, waivers: waiver(today) }, one, undefined, []],
    [
      'fails by an expired waiver, even where nothing is limited',
      { waivers: waiver('2026-09-07') },
      one,
      undefined,
      ['waiver of CVE-2026-1: the waiver of ann@example.com (not reachable) expired on 2026-09-07'],
    ],
    [
      'counts what an expired waiver was for',
      { high: 0, waivers: waiver('2026-09-07') },
      one,
      undefined,
      [
        'high: expected 0 at most, found 1: CVE-2026-1 HIGH in openssl (fixed in 3.2.2-1)',
        'waiver of CVE-2026-1: the waiver of ann@example.com (not reachable) expired on 2026-09-07',
      ],
    ],
    [
      'does not mind an expired waiver that nothing needs',
      { high: 1, waivers: waiver('2020-01-01') },
      [finding('CVE-2')],
      undefined,
      [],
    ],
    [
      "does not mind one of the parent's, where only the image's own count",
      { introduced: true, waivers: waiver('2020-01-01') },
      one,
      one,
      [],
    ],
  ])('%s', (_, settings, findings, parent, failed) => {
    expect(failures(check(settings, findings, parent))).toEqual(failed)
  })

  it.each([
    ['2026-09-15', true],
    ['2026-09-16', undefined],
  ])('warns of a waiver that ends within a week: %s', (expires, warning) => {
    const results = check({ waivers: waiver(expires) }, one)
    expect(results.find(({ check: what }) => what === 'waiver of CVE-2026-1')).toEqual({
      check: 'waiver of CVE-2026-1',
      passed: true,
      detail: `the waiver of ann@example.com (not reachable) ${warning ? 'ends on' : 'holds until'} ${expires}`,
      ...(warning && { warning }),
    })
  })

  it('warns of what nobody has rated', () => {
    expect(check({ critical: 0 }, [finding('CVE-2', { severity: 'UNTRIAGED' })])).toContainEqual({
      check: 'not rated',
      passed: true,
      warning: true,
      detail: '1 have no severity yet: CVE-2 UNTRIAGED in openssl',
    })
  })

  it('counts by severity, and what does not count', () => {
    const findings = [...one, finding('CVE-2', { severity: 'CRITICAL' }), finding('CVE-3', { fixable: false })]
    const [{ detail } = { detail: '' }] = check({ fixable: true, waivers: waiver('2027-01-01') }, findings)
    expect(detail).toBe('3 (1 CRITICAL, 2 HIGH); 1 not asked for; 1 waived')
  })

  it('names ten, and counts the rest', () => {
    const many = Array.from({ length: 12 }, (_, n) => finding(`CVE-${String(n).padStart(2, '0')}`))
    const [failed = ''] = failures(check({ high: 0 }, many))
    expect(failed.match(/CVE-\d\d/g)).toHaveLength(10)
    expect(failed).toMatch(/found 12: CVE-00 .*, 2 more$/)
  })
})
