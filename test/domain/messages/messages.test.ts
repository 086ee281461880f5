import { describe, expect, it } from 'vitest'
import {
  campaignFinished,
  campaignPlanned,
  campaignWaiting,
  upstreamRefused,
} from '../../../domain/messages/campaigns.ts'
import { explain } from '../../../domain/messages/failures.ts'
import { attributesOf } from '../../../domain/messages/forms.ts'
import { imageFailed, imageReleased, imageStale } from '../../../domain/messages/images.ts'
import { type Trigger, titleOf } from '../../../domain/triggers.ts'

const common = { time: '2026-09-08T09:00:00Z', reason: 'because' }
const triggers: Trigger[] = [
  { kind: 'release', upstream: 'al2023-soe', ami: 'ami-0a1b2c3d', amiName: 'soe-al2023-1', ...common },
  { kind: 'cycle', cycle: 'monthly', ...common },
  { kind: 'manual', images: ['web'], ...common },
  { kind: 'manual', upstream: 'al2023-soe', ...common },
  { kind: 'cve', image: 'web', version: '1.0.0/1', ...common },
  { kind: 'drift', images: [{ image: 'web', reason: 'new' }], id: '0123', ...common },
]
const [release] = triggers as [Trigger]
const summary = { level: 'summary' as const }
const execution = 'arn:aws:states:us-west-2:111122223333:execution:golden-campaign:c'
const inConsole = (arn: string) =>
  `https://us-west-2.console.aws.amazon.com/states/home?region=us-west-2#/v2/executions/details/${arn}`

const failed = {
  campaign: 'al2023-soe-ami-1',
  image: 'al2023-java',
  execution: 'arn:aws:states:us-west-2:111122223333:execution:golden-rebake:x',
  imageArn: 'arn:aws:imagebuilder:us-west-2:111122223333:image/golden-al2023-java/1.0.0/2',
  failure: { error: 'BakeFailed', cause: 'Image Builder says FAILED: step harden failed' },
  skipped: ['payments-api', 'orders-api'],
}

describe('messages', () => {
  it('says of a failed image what, why, what to do, and what it holds up', () => {
    const message = imageFailed(failed, summary)
    const { subject, body, links } = message
    expect(subject).toBe('Failed: al2023-java was not released')
    expect(body).toBe(`al2023-java was not released: its bake failed in Image Builder.

Why: Image Builder says FAILED: step harden failed
What to do: ${explain('BakeFailed').todo}
Not rebaked because of it: payments-api, orders-api. Until then, each keeps its last release, as does al2023-java.
To take it up again when that is fixed: \`npx --no-install rebake retry al2023-java\`.

Image: ${failed.imageArn}
Campaign: al2023-soe-ami-1`)
    expect(attributesOf(message)).toEqual({
      kind: 'image-failed',
      severity: 'error',
      level: 'summary',
      campaign: 'al2023-soe-ami-1',
      image: 'al2023-java',
    })
    expect(links).toEqual([
      { title: 'Execution', url: inConsole(failed.execution) },
      {
        title: 'Build log',
        url: 'https://us-west-2.console.aws.amazon.com/cloudwatch/home?region=us-west-2#logsV2:log-groups/log-group/$252Faws$252Fimagebuilder$252Fgolden-al2023-java/log-events/1.0.0$252F2',
      },
      {
        title: 'Images',
        url: 'https://us-west-2.console.aws.amazon.com/imagebuilder/home?region=us-west-2#/images',
      },
    ])
  })

  it('says with the last of many where the others are', () => {
    const { body } = imageFailed(failed, { level: 'summary', last: true })
    expect(body).toContain('Further failures of this campaign are reported when it has finished')
    expect(attributesOf(imageFailed(failed, { level: 'detail' })).level).toBe('detail')
  })

  it('says that nobody is held up when nobody is', () => {
    expect(imageFailed({ ...failed, skipped: [], imageArn: null }, summary).body).toContain(
      'al2023-java keeps its last release. No other image is held up.',
    )
  })

  it('has in the notes of a release what is new, and every target', () => {
    const message = imageReleased({
      campaign: 'c',
      execution,
      imageArn: failed.imageArn,
      components: ['corretto 1.2.0', 'node 3.0.0'],
      changes: {
        previous: { version: '1.0.0/2', ami: 'ami-09' },
        packages: { added: ['jq'], removed: [], upgraded: [{ name: 'openssl', from: '3.0', to: '3.1' }] },
        findings: { fixed: ['CVE-2026-1 HIGH in openssl'], new: [] },
      },
      image: 'payments-api',
      version: '1.0.0/3',
      ami: 'ami-0a',
      parentAmi: 'ami-0b',
      rings: [
        {
          ring: 'early',
          parameter: '/golden-images/payments-api',
          published: [{ account: '222233334444', region: 'us-east-1', ami: 'ami-0c' }],
        },
      ],
    })
    expect(message.body).toBe(`payments-api 1.0.0/3 is through its last ring.
It is ami-0a in the build account, baked on ami-0b.

What changed since 1.0.0/2 (ami-09):
  packages: 1 added (jq); 1 in another version (openssl 3.0 -> 3.1)
  vulnerabilities: 1 fixed (CVE-2026-1 HIGH in openssl)
Components: corretto 1.2.0, node 3.0.0.

Ring early, in the parameter /golden-images/payments-api:
  222233334444 us-east-1: ami-0c

New launches that read the parameter get it from now on.
Campaign: c`)
    expect(attributesOf(message)).toEqual({
      kind: 'image-released',
      severity: 'info',
      level: 'detail',
      campaign: 'c',
      image: 'payments-api',
    })
  })

  const bakes = [
    { image: 'base', parent: 'al2023-soe', startsAfterSeconds: 0, finishedAfterSeconds: 100 },
    { image: 'app', parent: 'base', startsAfterSeconds: 2_400, finishedAfterSeconds: 93_600 },
  ]

  it('plans in the order of the bakes', () => {
    const message = campaignPlanned({ campaign: 'c', execution, trigger: release, left: 1, bakes })
    const { subject, body } = message
    expect(subject).toBe('Planned: 2 images to rebake: al2023-soe ami-0a1b2c3d')
    expect(body).toBe(`because (soe-al2023-1).
2 images will be rebaked; the last is through its rings in about 1d 2h:

  base (on al2023-soe), from about +0s
  app (on base), from about +40m

1 other image of the fleet is left; the ledger has the reason for each.

Campaign: c`)
    expect(attributesOf(message)).toEqual({
      kind: 'campaign-planned',
      severity: 'info',
      level: 'summary',
      campaign: 'c',
      upstream: 'al2023-soe',
    })
    expect(message.links).toEqual([{ title: 'Execution', url: inConsole(execution) }])
  })

  it.each(triggers)('plans, waits and finishes for whatever starts a campaign: $kind', (trigger) => {
    const title = titleOf(trigger)
    const planned = campaignPlanned({ campaign: 'c', execution, trigger, left: 0, bakes })
    const waiting = campaignWaiting({
      campaign: 'c',
      trigger,
      until: '2027-01-03T13:00:00.000Z',
      reasons: ['r'],
    })
    const finished = campaignFinished({ campaign: 'c', execution, trigger, seconds: 1, images: [], left: [] })
    expect(planned.subject).toBe(`Planned: 2 images to rebake: ${title}`)
    expect(planned.body).not.toContain('other image')
    expect(waiting.subject).toBe(`Waiting until 2027-01-03 13:00 UTC: ${title}`)
    expect(finished.body).toContain(`${title}: nothing was rebaked. It took 1s.`)
    for (const { body } of [planned, waiting]) expect(body).toMatch(/^(Why: because|because \(soe-al2023-1\))\.\n/)
    for (const message of [planned, waiting, finished])
      expect(attributesOf(message)).toEqual({
        kind: message.kind,
        severity: 'info',
        level: 'summary',
        campaign: 'c',
        ...('upstream' in trigger && { upstream: 'al2023-soe' }),
      })
  })

  it('says of a promotion what is rolled out again, and that nothing is baked', () => {
    const trigger: Trigger = { kind: 'promote', image: 'web', version: '1.0.3/1', ...common }
    const { subject, body } = campaignPlanned({
      campaign: 'c',
      execution,
      trigger,
      left: 3,
      bakes: [{ image: 'web', parent: 'soe', startsAfterSeconds: 0, finishedAfterSeconds: 3600 }],
    })
    expect(subject).toBe('Planned: web 1.0.3/1 is rolled out again')
    expect(body).toBe(`Why: because.
web 1.0.3/1, which has passed its checks, is rolled out again; nothing is baked. It is through its rings in about 1h.

Campaign: c`)
  })

  it('says of a campaign that was cancelled who did it and why, and how to go back', () => {
    const images = [{ image: 'web', status: 'aborted' as const, reason: 'it was stopped', ami: null }]
    const { subject, body, severity } = campaignFinished({
      campaign: 'c',
      execution,
      trigger: release,
      seconds: 60,
      images,
      left: [],
      failure: { error: 'Cancelled', cause: 'cancelled by alice: wrong kernel' },
    })
    expect({ subject, severity }).toEqual({ subject: 'Cancelled: c', severity: 'error' })
    expect(body).toMatch(
      /^It was cancelled by alice: wrong kernel\. What was published before stays where it is: `npx --no-install rebake rollback IMAGE` takes it back\.\n/,
    )
    expect(body).toContain('1 aborted (web). It took 1m.')
  })

  it('says of an emergency that it is one, and of several images the reason for each', () => {
    const images = ['web', 'api'].map((image) => ({ image, reason: `${image} is new` }))
    const trigger: Trigger = { kind: 'drift', images, id: '0123', ...common, emergency: true }
    expect(campaignPlanned({ campaign: 'c', execution, trigger, left: 0, bakes }).body).toMatch(
      /^EMERGENCY: no freeze and no window holds it up\.\nWhy: because\.\n {2}web: web is new\n {2}api: api is new\n/,
    )
  })

  it('says until when a campaign waits, and why', () => {
    const reasons = ["freeze 'year-end'", 'it is for Wednesday']
    const { subject, body } = campaignWaiting({
      campaign: 'c',
      trigger: release,
      until: '2027-01-03T13:00:00.000Z',
      reasons,
    })
    expect(subject).toBe('Waiting until 2027-01-03 13:00 UTC: al2023-soe ami-0a1b2c3d')
    expect(body).toBe(`because (soe-al2023-1).
The campaign waits until 2027-01-03 13:00 UTC, and then goes on by itself:
  freeze 'year-end'
  it is for Wednesday

What cannot wait: \`npx --no-install rebake start --image IMAGE --emergency\` passes freezes and windows.
Campaign: c`)
  })

  it.each([
    [undefined, 'web waits until', { image: 'web' }],
    ['early', 'web, on its way to ring early, waits until', { image: 'web', ring: 'early' }],
  ])('says which image waits, where not all do: ring %s', (ring, text, attributes) => {
    const message = campaignWaiting({
      campaign: 'c',
      image: 'web',
      ring,
      until: '2027-01-03T13:00:00.000Z',
      reasons: ['r'],
    })
    expect(message.subject).toBe('Waiting until 2027-01-03 13:00 UTC: web')
    expect(message.body).toContain(`${text} 2027-01-03 13:00 UTC, and then goes on by itself:\n  r\nOther images`)
    expect(attributesOf(message)).toEqual({
      kind: 'campaign-waiting',
      severity: 'info',
      level: 'summary',
      campaign: 'c',
      ...attributes,
    })
  })

  it('says of an image that nobody tries any more what to do', () => {
    const message = imageStale(
      { image: 'web', parentAmi: 'ami-0a', tries: 3, reason: 'its bake failed', campaign: 'drift-0123' },
      summary,
    )
    const { subject, body } = message
    expect(subject).toBe('Given up: web is not what the fleet says')
    expect(body).toBe(`web was tried 3 times on ami-0a, and failed each time. Nobody tries again by themselves.

Why, the last time: its bake failed
What to do: fix it and deploy, which rebakes it, or: \`npx --no-install rebake start --image web\`.
Until then it keeps its last release. The next release of its parent rebakes it too.

Campaign: drift-0123`)
    expect(attributesOf(message)).toEqual({
      kind: 'image-stale',
      severity: 'error',
      level: 'summary',
      campaign: 'drift-0123',
      image: 'web',
    })
  })

  it('counts the images of a finished campaign', () => {
    const message = campaignFinished({
      campaign: 'c',
      execution,
      trigger: release,
      seconds: 3_700,
      images: [
        { image: 'base', status: 'released', reason: '', ami: 'ami-0b' },
        { image: 'app', status: 'failed', reason: 'its bake failed', ami: null },
        { image: 'web', status: 'skipped', reason: 'its parent', ami: null },
        { image: 'api', status: 'superseded', reason: 'superseded by campaign d', ami: null },
      ],
      left: ['  other: not asked for'],
    })
    expect(message.subject).toBe('Finished with failures: c')
    expect(message.body).toContain(
      'al2023-soe ami-0a1b2c3d: 1 released, 1 failed (app), 1 skipped (web), 1 superseded (api). It took 1h 1m.',
    )
    expect(message.body).toContain('  base  released ami-0b\n  app   failed: its bake failed')
    expect(message.body).toContain('  api   superseded: superseded by campaign d')
    // Why others were left is asked only where nothing was baked.
    expect(message.body).not.toContain('not asked for')
    expect(message.severity).toBe('error')
  })

  it('is good news when a newer campaign has taken over what is not released', () => {
    const image = { image: 'api', status: 'superseded' as const, reason: 'superseded by campaign d', ami: null }
    const { subject, severity } = campaignFinished({
      campaign: 'c',
      execution,
      trigger: release,
      seconds: 1,
      images: [image],
      left: [],
    })
    expect([subject, severity]).toEqual(['Finished: c', 'info'])
  })

  it('says why nothing was baked, where nothing was', () => {
    const left = ['  base, app: baked from ami-0a 3d ago']
    const { body } = campaignFinished({
      campaign: 'c',
      execution,
      trigger: release,
      seconds: 1,
      images: [],
      left,
    })
    expect(body).toContain('nothing was rebaked. It took 1s.\n  base, app: baked from ami-0a 3d ago\n')
  })

  it('says what failed where Rebake itself did, and what to do', () => {
    const failure = { error: 'RequestRefused', cause: '{"errorMessage":"ami-0a: it is pending"}' }
    const { subject, body } = campaignFinished({
      campaign: 'c',
      execution: undefined,
      trigger: undefined,
      seconds: 1,
      images: [],
      left: [],
      failure,
    })
    expect(subject).toBe('Finished with failures: c')
    expect(body).toContain(
      `failed in this campaign: RequestRefused: ami-0a: it is pending. ${explain('RequestRefused').todo}\nan unknown trigger: nothing was rebaked.`,
    )
  })

  it('says why an upstream was refused, and what to do', () => {
    const message = upstreamRefused({
      code: 'wrong-owner',
      ami: 'ami-0a',
      account: '9',
      region: 'us-west-2',
      reason: 'its owner is 9',
    })
    expect(message.body).toContain('Rebake did not take it: its owner is 9.')
    expect(message.body).toContain('start its campaign: `npx --no-install rebake start --upstream NAME --ami AMI`')
    expect(attributesOf(message)).toEqual({ kind: 'upstream-refused', severity: 'warning', level: 'summary' })
  })
})
