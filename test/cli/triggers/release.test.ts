import { describe, expect, it } from 'vitest'
import { causeOfEvent, causeOfUpstream } from '../../../cli/triggers/release.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import type { ReleaseVerdict } from '../../../domain/planning/upstream-release.ts'
import type { UpstreamRelease } from '../../../domain/triggers.ts'
import { releaseEvent } from '../../../rehearsal/releases.ts'
import { fakeLive, knownUpstream } from '../fake-live.ts'
import { smallFleet } from '../small-fleet.ts'
import { timedFleet } from '../timed-fleet.ts'

const fleet = timedFleet()
const time = '2026-09-01T06:00:00Z'
const eventOf = (upstream: string) => {
  const event = releaseEvent(fleet, upstream, time)
  if (!event) throw new Error(`${upstream} has no events`)
  return event
}

describe('the next release of an upstream', () => {
  it.each(Object.keys(fleet.upstreams))('is simulated: %s', (upstream) => {
    expect(causeOfUpstream(fleet, upstream, time, undefined)).toMatchObject({
      trigger: { kind: 'release', upstream, time, ami: expect.stringMatching(/^ami-0[0-9a-f]{16}$/) },
    })
  })

  it('is what the ledger would know by then', () => {
    const { trigger, known } = causeOfUpstream(fleet, 'al2023', time, fakeLive())
    expect(known?.upstreams.al2023).toMatchObject({ ami: (trigger as UpstreamRelease).ami, open: true })
  })

  it.each([
    {
      name: 'debian',
      message: "the fleet has no upstream 'debian'; it has al2023, ubuntu, public, pointed, built and reported",
    },
    { name: 'ubunut', message: "the fleet has no upstream 'ubunut', did you mean 'ubuntu'?" },
    { name: '__proto__', message: "the fleet has no upstream '__proto__'" },
  ])('is not of $name', ({ name, message }) => {
    expect(() => causeOfUpstream(fleet, name, time, undefined)).toThrow(message)
  })
})

describe('the release that an event turns out to be', () => {
  const oneOwner = parseFleet(smallFleet.replace('777788889999', '444455556666'), 'fleet.yaml')

  it.each(['al2023', 'ubuntu', 'pointed', 'built', 'reported'])('is of %s again', async (upstream) => {
    const { trigger } = await causeOfEvent(fleet, eventOf(upstream), time, undefined)
    expect(trigger).toMatchObject({ kind: 'release', upstream, time })
  })

  it('is of the right one where one account owns every upstream', async () => {
    for (const upstream of ['al2023', 'ubuntu']) {
      const event = releaseEvent(oneOwner, upstream, time)
      expect(await causeOfEvent(oneOwner, event ?? eventOf(upstream), time, undefined)).toMatchObject({
        trigger: { upstream },
      })
    }
  })

  it('happens when it is said to, with the same AMI', async () => {
    const event = eventOf('al2023')
    const { trigger } = await causeOfEvent(fleet, event, '2026-12-20T00:00:00Z', undefined)
    expect(trigger).toMatchObject({ ami: event.detail.ImageId, time: '2026-12-20T00:00:00Z' })
  })

  it('may be called an emergency, by whom the fleet lets', async () => {
    const event = eventOf('reported')
    const urgent = { ...event, detail: { ...event.detail, emergency: true, reason: 'CVE-2026-1' } }
    expect((await causeOfEvent(fleet, urgent, time, undefined)).trigger).toMatchObject({
      emergency: true,
      reason: expect.stringContaining('CVE-2026-1'),
    })
  })

  const event = eventOf('al2023')
  it.each([
    { change: { account: '000000000000' }, message: 'would be refused: its owner is account 000000000000' },
    { change: { region: 'us-east-1' }, message: 'would be refused: it is in us-east-1' },
    {
      change: { detail: { ImageId: 'ami-0', State: 'deregistered' } },
      message: 'would be ignored: it is deregistered',
    },
    {
      change: { 'detail-type': 'Scheduled Event' },
      message: "would be ignored: 'Scheduled Event' announces no release",
    },
  ])('is none: $message', async ({ change, message }) => {
    await expect(causeOfEvent(fleet, { ...event, ...change }, time, undefined)).rejects.toThrow(message)
  })
})

describe('an event, by the word of EC2', () => {
  const event = eventOf('al2023')
  const ami = String(event.detail.ImageId)
  const release = {
    kind: 'release' as const,
    upstream: 'al2023',
    ami,
    amiName: 'soe-al2023-9',
    time,
    reason: 'x',
  }
  const judging = (judgement: ReleaseVerdict, known = {}, created = '2026-09-01T05:00:00.000Z') =>
    fakeLive(known, { judge: async () => ({ judgement, created }) })
  const cause = (live: ReturnType<typeof judging>) => causeOfEvent(fleet, event, time, live)

  it('is a release that nobody has heard of', async () => {
    const { trigger, known } = await cause(judging({ releases: [release] }))
    expect(trigger).toBe(release)
    expect(known?.upstreams.al2023).toMatchObject({ ami, open: true })
  })

  it('is one that is known', async () => {
    const upstreams = { al2023: knownUpstream(ami) }
    expect((await cause(judging({ releases: [release] }, { upstreams }))).known?.upstreams).toBe(upstreams)
  })

  it('is older than what is known', async () => {
    const upstreams = { al2023: knownUpstream('ami-0newer', '2026-10-01T00:00:00.000Z') }
    await expect(cause(judging({ releases: [release] }, { upstreams }))).rejects.toThrow(
      `${ami} would be refused: it was made 2026-09-01T05:00:00.000Z, and al2023 has released ami-0newer since.`,
    )
  })

  it.each<{ judgement: ReleaseVerdict; message: string }>([
    { judgement: { unseen: 'share it' }, message: 'would be waited for: share it.' },
    { judgement: { refused: 'a stranger', code: 'wrong-owner' }, message: 'would be refused: a stranger.' },
    { judgement: { ignored: 'its name' }, message: 'would be ignored: its name.' },
  ])('$message', async ({ judgement, message }) => {
    await expect(cause(judging(judgement))).rejects.toThrow(`${ami} ${message}`)
  })

  it('may name no AMI yet', async () => {
    await expect(causeOfEvent(fleet, eventOf('built'), time, fakeLive())).rejects.toThrow('names no AMI yet')
  })
})
