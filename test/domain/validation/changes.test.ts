import { describe, expect, it } from 'vitest'
import { changesSince } from '../../../domain/validation/changes.ts'
import type { Vulnerability } from '../../../domain/validation/findings.ts'

const finding = (id: string, ...packages: string[]): Vulnerability => ({
  id,
  packages,
  severity: 'HIGH',
  fixable: true,
  fixedIn: [],
})
const previous = { version: '1.0.3/1', ami: 'ami-0b' }
const packages = (version: string) => new Map([['bash', [version]]])

describe('what is new since the previous release', () => {
  it('tells packages and vulnerabilities', () => {
    const before = { findings: [finding('CVE-1', 'a'), finding('CVE-2', 'a')], packages: packages('1') }
    const now = { findings: [finding('CVE-2', 'a'), finding('CVE-3', 'b')], packages: packages('2') }
    expect(changesSince({ ...previous, ...before }, now)).toEqual({
      previous,
      packages: { added: [], removed: [], upgraded: [{ name: 'bash', from: '1', to: '2' }] },
      findings: { fixed: ['CVE-1 HIGH in a'], new: ['CVE-3 HIGH in b'] },
      counts: { HIGH: 2 },
    })
  })

  it('takes a vulnerability in one more package for new', () => {
    const changes = changesSince(
      { ...previous, findings: [finding('CVE-1', 'a')] },
      { findings: [finding('CVE-1', 'a', 'b')] },
    )
    expect(changes.findings).toEqual({ fixed: [], new: ['CVE-1 HIGH in a, b'] })
  })

  it.each([
    ['no previous release', undefined, { findings: [finding('CVE-1')] }, { counts: { HIGH: 1 } }],
    ['nothing known of it', previous, { packages: packages('1'), findings: [] }, { previous, counts: {} }],
    ['nothing known now', { ...previous, packages: packages('1'), findings: [] }, {}, { previous }],
  ])('leaves out what nobody knows: %s', (_, before, now, changes) => {
    expect(changesSince(before, now)).toEqual(changes)
  })
})
