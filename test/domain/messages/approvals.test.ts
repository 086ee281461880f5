import { describe, expect, it } from 'vitest'
import { type ApprovalFacts, approvalRequested, approvalsEndSoon } from '../../../domain/messages/approvals.ts'
import { attributesOf } from '../../../domain/messages/forms.ts'

const ring = {
  ring: 'everyone',
  accounts: ['222233334444'],
  organizationalUnits: [],
  except: [],
  regions: ['us-west-2', 'us-east-1'],
  mode: 'copy' as const,
}
const upgraded = [...Array(12).keys()].map((n) => ({ name: `p${n}`, from: '1', to: '2' }))
const moved = [...Array(10).keys()].map((n) => `p${n} 1 -> 2`).join(', ')
const facts: ApprovalFacts = {
  execution: 'arn:aws:states:us-west-2:111122223333:execution:golden-rebake:x',
  campaign: 'al2023-ami-1',
  image: 'payments-api',
  version: '1.0.3/1',
  ami: 'ami-2',
  ring,
  trigger: {
    kind: 'release',
    upstream: 'al2023',
    ami: 'ami-1',
    amiName: 'soe-1',
    time: '2026-09-08T09:00:00Z',
    reason: 'al2023 released ami-1',
  },
  changes: {
    previous: { version: '1.0.2/1', ami: 'ami-0' },
    packages: { added: ['jq'], removed: [], upgraded },
    findings: { fixed: ['CVE-2026-1 HIGH in openssl'], new: [] },
    counts: { CRITICAL: 1, LOW: 3 },
  },
  evidence: [
    { check: 'ami', mode: 'required', passed: true, results: [], startedAt: '', finishedAt: '' },
    { check: 'packages', mode: 'advisory', passed: false, results: [], startedAt: '', finishedAt: '' },
  ],
  warnings: ['packages: forbidden: installed: telnet 1'],
  approvers: ['arn:aws:iam::111122223333:role/managers'],
  until: '2026-09-10T09:00:00.000Z',
}

const summary = { level: 'summary' as const }

describe('the request for an approval', () => {
  it('has all that it takes to decide, and how', () => {
    const message = approvalRequested(facts, summary)
    const { subject, body } = message
    expect(subject).toBe('Approval needed: payments-api 1.0.3/1 to ring everyone')
    expect(attributesOf(message)).toEqual({
      kind: 'approval-requested',
      severity: 'warning',
      level: 'summary',
      campaign: 'al2023-ami-1',
      image: 'payments-api',
      ring: 'everyone',
    })
    expect(
      body,
    ).toBe(`payments-api 1.0.3/1 (ami-2) waits for approval before it goes to ring everyone: 1 account in 2 regions (us-west-2, us-east-1).
Until 2026-09-10 09:00 UTC; then it is rejected. No build instance is held meanwhile.

To approve or to reject it:
  npx --no-install rebake approve al2023-ami-1 payments-api --ring everyone
  npx --no-install rebake reject al2023-ami-1 payments-api --ring everyone --reason TEXT
Who may:
  arn:aws:iam::111122223333:role/managers

al2023 released ami-1 (soe-1).

What changed since 1.0.2/1 (ami-0):
  packages: 1 added (jq); 12 in another version (${moved}, 2 more)
  vulnerabilities: 1 fixed (CVE-2026-1 HIGH in openssl)
Vulnerabilities in it: 1 CRITICAL, 3 LOW.

Checks: ami passed, packages did not pass.
  packages: forbidden: installed: telnet 1

Campaign: al2023-ami-1`)
  })

  it.each<[string, ApprovalFacts['changes'], string]>([
    ['a first release', { counts: {} }, 'There is no release before it to compare with.\nVulnerabilities in it: none.'],
    [
      'nothing that moved',
      {
        ...(facts.changes as object),
        packages: { added: [], removed: [], upgraded: [] },
        findings: { fixed: [], new: [] },
      },
      '\n  nothing that Image Builder knows of\n',
    ],
    ['what nobody knows', { previous: { version: '1.0.2/1', ami: 'ami-0' } }, '\n  Image Builder does not know\n'],
    ['what could not be asked', 'AccessDenied: no', 'What changed is not known: AccessDenied: no\n'],
  ])('tells of %s', (_, changes, text) => {
    expect(approvalRequested({ ...facts, changes }, summary).body).toContain(text)
  })

  it.each<[Partial<ApprovalFacts['ring']>, string]>([
    [
      { accounts: [], organizationalUnits: ['ou-1'], except: ['1'] },
      'ring everyone: all accounts of ou-1 but 1 in 2 regions',
    ],
    [
      { accounts: [], organization: 'o-1', mode: 'share' },
      'all accounts of o-1 in 2 regions (us-west-2, us-east-1), which may launch it',
    ],
    [{ accounts: ['1', '2'], organizationalUnits: ['ou-1', 'ou-2'] }, '2 accounts and all accounts of ou-1, ou-2 in'],
  ])('says where it goes: %j', (more, text) => {
    expect(approvalRequested({ ...facts, ring: { ...ring, ...more } }, summary).body).toContain(text)
  })

  it('is short, however much there is to say', () => {
    const warnings = [...Array(40).keys()].map((n) => `ami: warning ${n}`)
    const { body } = approvalRequested({ ...facts, warnings }, summary)
    expect(body).toContain('  ami: warning 9\n  and 30 more')
  })
})

describe('the reminder of approvals', () => {
  const one = {
    campaign: 'c',
    image: 'web',
    ring: 'everyone',
    until: '2026-09-10T09:00:00Z',
    approvers: ['arn:aws:iam::111122223333:role/managers'],
  }
  const time = '2026-09-09T21:00:00Z'

  it('says how long there still is, and how to answer', () => {
    const message = approvalsEndSoon({ time, waiting: [one] })
    expect(message.subject).toBe('Approval soon over: web to ring everyone')
    expect(message.body).toBe(`Nobody has approved this yet, and in the end that is a rejection:
  web to ring everyone, in 12h (2026-09-10 09:00 UTC): \`npx --no-install rebake approve c web --ring everyone\`

Who may:
  arn:aws:iam::111122223333:role/managers`)
    expect(attributesOf(message)).toEqual({
      kind: 'approval-reminder',
      severity: 'warning',
      level: 'summary',
      campaign: 'c',
      image: 'web',
      ring: 'everyone',
    })
  })

  it('is one message for many', () => {
    const message = approvalsEndSoon({ time, waiting: [one, { ...one, image: 'api' }] })
    expect(message.subject).toBe('Approval soon over: 2 images')
    expect(message.body.match(/managers/g)).toHaveLength(1)
    expect(message.about).toEqual({})
  })
})
