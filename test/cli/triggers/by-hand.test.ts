import { userInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { byHand, causeByHand } from '../../../cli/triggers/by-hand.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import type { ReleaseVerdict } from '../../../domain/planning/upstream-release.ts'
import { fakeLive, knownUpstream } from '../fake-live.ts'
import { smallFleet } from '../small-fleet.ts'

const fleet = parseFleet(smallFleet, 'fleet.yaml')
const time = '2026-09-01T06:00:00Z'
const ami = 'ami-0aaaaaaaaaaaaaaaa'

describe('what a person asks for', () => {
  it.each([
    { asked: { image: ['java', 'web', 'java'] }, trigger: { images: ['java', 'web'] } },
    { asked: { upstream: 'al2023' }, trigger: { upstream: 'al2023' } },
    {
      asked: { upstream: 'al2023', ami, emergency: true },
      trigger: { upstream: 'al2023', ami, emergency: true },
    },
    {
      asked: { image: ['web'], reason: ' CVE-2026-1\nin openssl. ' },
      trigger: { images: ['web'], reason: 'CVE-2026-1 in openssl' },
    },
  ])('is $asked', ({ asked, trigger }) => {
    const reason = `started manually by ${userInfo().username}`
    expect(byHand(fleet, asked, time)).toEqual({ kind: 'manual', time, reason, ...trigger })
  })

  it.each([
    { asked: {}, message: 'either --image NAME, once or more, or --upstream NAME' },
    { asked: { image: ['web'], upstream: 'ubuntu' }, message: 'either --image NAME' },
    { asked: { image: ['web'], ami }, message: 'it goes with --upstream NAME' },
    { asked: { upstream: 'al2023', ami: 'ami-1' }, message: '--ami ami-1: expected the id of an AMI' },
    {
      asked: { image: ['java', 'wbe'] },
      message: "--image wbe: the fleet has no image 'wbe', did you mean 'web'?",
    },
    {
      asked: { upstream: 'debian' },
      message: "--upstream debian: the fleet has no upstream 'debian'; it has al2023 and ubuntu",
    },
    { asked: { image: ['toString'] }, message: "the fleet has no image 'toString'" },
  ])('cannot be $asked', ({ asked, message }) => expect(() => byHand(fleet, asked, time)).toThrow(message))

  it('needs no ledger', async () => {
    const trigger = byHand(fleet, { image: ['web'] }, time)
    expect(await causeByHand(trigger, undefined)).toEqual({ trigger })
  })

  it('makes an upstream the AMI that was chosen, the newest or not', async () => {
    const trigger = byHand(fleet, { upstream: 'al2023', ami }, time)
    const newer = knownUpstream('ami-0bbbbbbbbbbbbbbbb')
    const release = {
      kind: 'release' as const,
      upstream: 'al2023',
      ami,
      amiName: 'soe-al2023-1',
      time,
      reason: 'x',
    }
    const live = fakeLive(
      { upstreams: { al2023: newer } },
      { judge: async () => ({ judgement: { releases: [release] }, created: '2026-07-01T00:00:00.000Z' }) },
    )
    const { known } = await causeByHand(trigger, live)
    expect(known?.upstreams.al2023).toMatchObject({ ami, amiName: 'soe-al2023-1', newest: newer.newest })
  })

  it.each<{ judgement: ReleaseVerdict }>([
    { judgement: { refused: 'its owner is account 0', code: 'wrong-owner' } },
    { judgement: { ignored: 'its owner is account 0' } },
    { judgement: { unseen: 'its owner is account 0' } },
  ])('is not an AMI that is none of the upstream: $judgement', async ({ judgement }) => {
    const trigger = byHand(fleet, { upstream: 'al2023', ami }, time)
    const live = fakeLive({}, { judge: async () => ({ judgement, created: '' }) })
    await expect(causeByHand(trigger, live)).rejects.toThrow(`--ami ${ami}: its owner is account 0.`)
  })
})
