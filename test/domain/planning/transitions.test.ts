import { describe, expect, it } from 'vitest'
import { emptyFleetState, type FleetState } from '../../../domain/planning/fleet-state.ts'
import * as learn from '../../../domain/planning/transitions.ts'

const release = {
  kind: 'release' as const,
  upstream: 'soe',
  ami: 'ami-0000000b',
  amiName: 'soe-2',
  time: '2026-09-08T09:00:00Z',
  reason: 'new',
}
const created = '2026-09-08T08:00:00.000Z'
const campaign = 'soe-ami-0000000b'
const bake = { parentAmi: 'ami-0000000b', definition: 'd1', at: '2026-09-08T10:00:00Z', campaign }
const last = { ...bake, ami: 'ami-00000001', version: '1.0.0/1' }
const failure = { failed: 'why', failedAt: '2026-09-08T11:00:00Z' }
const upstream = (more: Partial<FleetState['upstreams'][string]> = {}) => ({
  ami: release.ami,
  amiName: 'soe-2',
  since: release.time,
  newest: { ami: release.ami, created },
  campaign,
  started: false,
  open: true,
  ...more,
})
const withUpstream = (more = {}): FleetState => ({ ...emptyFleetState, upstreams: { soe: upstream(more) } })
const withImage = (image: FleetState['images'][string]): FleetState => ({ ...emptyFleetState, images: { web: image } })
const second = { campaign: 'c2', number: 2 }
const planned = withoutOpen({ campaign: 'c3', started: true })

describe.each<[string, FleetState, (known: FleetState) => FleetState, FleetState]>([
  [
    'a release is what its upstream is, and open until it is planned',
    withUpstream({ ami: 'ami-0000000a', campaign: 'soe-ami-0000000a', started: true }),
    (known) => learn.recordUpstreamRelease(known, release, created),
    withUpstream(),
  ],
  [
    'its campaign was started',
    withUpstream(),
    (known) => learn.recordCampaignStarted(known, 'soe', campaign),
    withUpstream({ started: true }),
  ],
  [
    'the campaign of an older release was started: nothing of this one',
    withUpstream(),
    (known) => learn.recordCampaignStarted(known, 'soe', 'soe-ami-0000000a'),
    withUpstream(),
  ],
  [
    'a person chose the first AMI of an upstream',
    emptyFleetState,
    (known) => learn.recordChosenAmi(known, release, created),
    { ...emptyFleetState, upstreams: { soe: { ...withoutCampaign(), started: true } } },
  ],
  [
    'a person rolled back to an older AMI: the newest stays known',
    withUpstream({ started: true }),
    (known) =>
      learn.recordChosenAmi(
        known,
        { ...release, ami: 'ami-0000000a', amiName: 'soe-1', time: '2026-09-09T09:00:00Z' },
        '2026-08-08T08:00:00.000Z',
      ),
    withUpstream({ ami: 'ami-0000000a', amiName: 'soe-1', since: '2026-09-09T09:00:00Z', started: true }),
  ],
  [
    'a person chose before this was released: it had to wait, and comes too late',
    withUpstream(),
    (known) => learn.recordChosenAmi(known, { ...release, ami: 'ami-0000000a', time: '2026-09-01T09:00:00Z' }, created),
    withUpstream(),
  ],
  [
    'a campaign was planned: its upstream is open no more, and its images are pending, the oldest first',
    { ...withUpstream(), images: { web: { last, pending: [{ campaign: 'c3', number: 3 }] } }, campaigns: 3 },
    (known) =>
      learn.recordPlan(known, { campaign, number: 2, emergency: true }, [
        { image: 'web', parentAmi: release.ami },
        { image: 'api' },
      ]),
    {
      campaigns: 3,
      upstreams: { soe: withoutOpen() },
      images: {
        web: {
          last,
          pending: [
            { campaign, number: 2, emergency: true, parentAmi: release.ami },
            { campaign: 'c3', number: 3 },
          ],
        },
        api: { pending: [{ campaign, number: 2, emergency: true }] },
      },
    },
  ],
  [
    'a campaign has ended before it was planned',
    withUpstream({ started: true }),
    (known) => learn.recordCampaignClosed(known, campaign),
    { ...emptyFleetState, upstreams: { soe: withoutOpen({ started: true }) } },
  ],
  [
    'a campaign has ended: the releases of other upstreams stay open, and those that are planned stay so',
    { ...emptyFleetState, upstreams: { soe: upstream(), other: upstream({ campaign: 'c2' }), third: planned } },
    (known) => learn.recordCampaignClosed(known, campaign),
    {
      ...emptyFleetState,
      upstreams: { soe: withoutOpen(), other: upstream({ campaign: 'c2' }), third: planned },
    },
  ],
  [
    'a campaign is through with an image',
    withImage({ last, pending: [{ campaign, number: 1 }, second] }),
    (known) => learn.removePending(known, 'web', campaign),
    withImage({ last, pending: [second] }),
  ],
  [
    'a bake was begun',
    withImage({ pending: [second] }),
    (known) => learn.recordBakeStarted(known, 'web', bake),
    withImage({ pending: [second], attempt: { ...bake, tries: 1 } }),
  ],
  [
    'the same was begun again after it had failed',
    withImage({ attempt: { ...bake, campaign: 'c0', tries: 2, ...failure, givenUp: true } }),
    (known) => learn.recordBakeStarted(known, 'web', bake),
    withImage({ attempt: { ...bake, tries: 3 } }),
  ],
  [
    'the same was begun again after it had passed',
    withImage({ attempt: { ...bake, campaign: 'c0', tries: 2 } }),
    (known) => learn.recordBakeStarted(known, 'web', bake),
    withImage({ attempt: { ...bake, tries: 1 } }),
  ],
  [
    'another was begun after a failure',
    withImage({ attempt: { ...bake, definition: 'd0', campaign: 'c0', tries: 2, ...failure } }),
    (known) => learn.recordBakeStarted(known, 'web', bake),
    withImage({ attempt: { ...bake, tries: 1 } }),
  ],
  [
    'a bake passed its checks',
    withImage({ pending: [{ campaign, number: 1 }], attempt: { ...bake, tries: 1 } }),
    (known) => learn.recordCandidate(known, 'web', last),
    withImage({ last, attempt: { ...bake, tries: 1 } }),
  ],
  [
    'a bake failed',
    withImage({ pending: [{ campaign, number: 1 }], attempt: { ...bake, tries: 2 } }),
    (known) => learn.recordBakeFailed(known, 'web', { ...bake, ...failure }),
    withImage({ attempt: { ...bake, tries: 2, ...failure } }),
  ],
  [
    'a bake failed that had not begun',
    withImage({ pending: [{ campaign, number: 1 }] }),
    (known) => learn.recordBakeFailed(known, 'web', { ...bake, ...failure, givenUp: true }),
    withImage({ attempt: { ...bake, tries: 1, ...failure, givenUp: true } }),
  ],
  [
    'a bake failed that had not begun, while another campaign has begun its own since',
    withImage({
      pending: [{ campaign, number: 1 }, second],
      attempt: { ...bake, campaign: 'c2', at: '2026-09-08T10:30:00Z', tries: 1 },
    }),
    (known) => learn.recordBakeFailed(known, 'web', { ...bake, ...failure }),
    withImage({
      pending: [second],
      attempt: { ...bake, campaign: 'c2', at: '2026-09-08T10:30:00Z', tries: 1 },
    }),
  ],
  [
    'nobody tries again',
    withImage({ last, attempt: { ...bake, tries: 3, ...failure } }),
    (known) => learn.recordGivenUp(known, 'web'),
    withImage({ last, attempt: { ...bake, tries: 3, ...failure, givenUp: true } }),
  ],
  [
    'vulnerabilities were found',
    withImage({ last }),
    (known) => learn.recordFindings(known, 'web', { at: release.time, version: '1.0.0/1' }),
    withImage({ last, cve: { at: release.time, version: '1.0.0/1' } }),
  ],
])('%s', (_, before, change, after) => {
  it('once', () => expect(change(before)).toEqual(after))
  it('and again', () => expect(change(change(before))).toEqual(after))
})

function withoutCampaign() {
  const { campaign: _, open: __, ...rest } = upstream()
  return rest
}
function withoutOpen(more = {}) {
  const { open: _, ...rest } = upstream(more)
  return rest
}
