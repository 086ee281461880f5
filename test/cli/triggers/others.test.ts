import { describe, expect, it } from 'vitest'
import { nextCycle } from '../../../cli/triggers/cycle.ts'
import { causeOfDrift } from '../../../cli/triggers/drift.ts'
import { causeOfFindings } from '../../../cli/triggers/findings.ts'
import { imageFingerprints } from '../../../domain/fleet/image-fingerprint.ts'
import { type Attempt, emptyFleetState, type ImageState } from '../../../domain/planning/fleet-state.ts'
import { fakeLive, knownUpstream } from '../fake-live.ts'
import { timedFleet } from '../timed-fleet.ts'

const fleet = timedFleet()
const now = '2026-11-25T00:00:00Z'

describe('a patch cycle', () => {
  it.each([
    {
      cycle: 'monthly',
      at: undefined,
      time: '2026-12-07T15:00:00Z',
      reason: 'patch cycle monthly: security patches',
    },
    {
      cycle: 'weekly',
      at: undefined,
      time: '2026-11-29T03:30:00Z',
      reason: 'it is time for the patch cycle weekly',
    },
    {
      cycle: 'weekly',
      at: '2027-02-01T00:00:00Z',
      time: '2027-02-01T00:00:00Z',
      reason: 'it is time for the patch cycle weekly',
    },
  ])('$cycle comes at $time', ({ cycle, at, time, reason }) => {
    expect(nextCycle(fleet, cycle, { at, now })).toEqual({ kind: 'cycle', cycle, time, reason })
  })

  it.each([
    {
      cycle: 'montly',
      message: "--cycle montly: the fleet has no patch cycle 'montly', did you mean 'monthly'?",
    },
    { cycle: 'once', message: 'at(2026-01-01T00:00:00) does not come again; say when with --at TIME' },
  ])('$cycle does not come', ({ cycle, message }) => {
    expect(() => nextCycle(fleet, cycle, { at: undefined, now })).toThrow(message)
  })
})

const last = {
  ami: 'ami-0web',
  version: '1.0.0/1',
  parentAmi: 'ami-0soe',
  definition: 'd',
  at: '2026-11-01T00:00:00Z',
  campaign: 'ubuntu-ami-0soe',
}

describe('findings of a scan', () => {
  const event = (image: string, counts: unknown = { critical: 1 }) => ({
    version: '0',
    id: '1',
    'detail-type': 'EC2 Image Builder CVE Detected',
    source: 'aws.imagebuilder',
    account: '111122223333',
    time: now,
    region: 'eu-west-1',
    resources: [`arn:aws:imagebuilder:eu-west-1:111122223333:image/${image}/1.0.0/1`],
    detail: { 'finding-severity-counts': counts },
  })
  const live = (web: ImageState = { last }) => fakeLive({ images: { web } })

  it('lead to a rebake', () => {
    expect(causeOfFindings(fleet, event('golden-web'), live()).trigger).toEqual({
      kind: 'cve',
      image: 'web',
      version: '1.0.0/1',
      time: now,
      reason: 'a scan of web 1.0.0/1 found 1 critical finding',
    })
  })

  const rebaked = {
    last: { ...last, version: '1.0.0/1' },
    cve: { at: '2026-11-24T00:00:00Z', version: '0.9.0/1' },
  }
  it.each([
    { name: 'golden-web', ledger: undefined, message: '--live asks the ledger' },
    { name: 'golden-wbe', ledger: live(), message: 'image/golden-wbe/1.0.0/1, which is none of this fleet' },
    { name: 'other-web', ledger: live(), message: 'none of this fleet' },
    { name: 'golden-web', ledger: live({}), message: 'not before Wed 2 Dec 2026 00:00 UTC' },
    {
      name: 'golden-web',
      ledger: live({ last: { ...last, version: '1.0.1/1' } }),
      message: 'would be ignored: web is 1.0.1/1 now',
    },
    {
      name: 'golden-web',
      ledger: live(rebaked),
      message: 'would be rebaked for that, not before Tue 1 Dec 2026 00:00 UTC',
    },
    { name: 'golden-web', counts: { high: 9 }, ledger: live(), message: 'below every threshold' },
    { name: 'golden-web', counts: 'many', ledger: live(), message: 'it has no "finding-severity-counts"' },
  ])('lead to none: $message', ({ name, counts, ledger, message }) => {
    expect(() => causeOfFindings(fleet, event(name, counts), ledger)).toThrow(message)
  })
})

describe('drift', () => {
  const definitions = imageFingerprints(fleet, () => '')
  const { web: definition = '' } = definitions
  const upstreams = { ubuntu: knownUpstream('ami-0soe') }
  const knowing = (web: ImageState) => ({ ...emptyFleetState, upstreams, images: { web } })

  it('is set right', () => {
    expect(causeOfDrift(fleet, definitions, knowing({ last }), now)).toMatchObject({
      trigger: { kind: 'drift', images: [{ image: 'web', reason: 'its definition has changed' }] },
    })
  })

  it('is not there', () => {
    expect(causeOfDrift(fleet, definitions, knowing({ last: { ...last, definition } }), now)).toEqual({
      nothing: ['Every image is as the fleet says, or on its way.'],
    })
  })

  const attempt: Attempt = { ...last, definition, tries: 3, failed: 'BakeFailed: exit 1' }
  it.each([
    { name: 'just now', attempt },
    { name: 'long ago, and people know', attempt: { ...attempt, givenUp: true } },
  ])('is given up $name', ({ attempt }) => {
    expect(causeOfDrift(fleet, definitions, knowing({ attempt }), now)).toEqual({
      nothing: ['Nothing is due.', 'web is given up after 3 attempts: BakeFailed: exit 1'],
    })
  })
})
