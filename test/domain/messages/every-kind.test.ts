import { describe, expect, it } from 'vitest'
import { approvalRequested, approvalsEndSoon } from '../../../domain/messages/approvals.ts'
import {
  campaignFinished,
  campaignPlanned,
  campaignWaiting,
  upstreamRefused,
} from '../../../domain/messages/campaigns.ts'
import { chatNoteOf, emailOf, notificationOf } from '../../../domain/messages/forms.ts'
import { imageFailed, imageReleased, imageStale, imageWarned } from '../../../domain/messages/images.ts'
import { kinds } from '../../../domain/messages/kinds.ts'
import type { Message } from '../../../domain/messages/message.ts'
import { imageRolledBack } from '../../../domain/messages/operations.ts'
import { retirementReport } from '../../../domain/messages/retirement.ts'
import { releaseRevoked } from '../../../domain/messages/revocations.ts'
import { slackMessage } from '../../../domain/messages/slack.ts'
import { waiversExpire } from '../../../domain/messages/waivers.ts'
import type { WithdrawnAmi } from '../../../domain/releases/withdrawal.ts'
import type { Trigger } from '../../../domain/triggers.ts'

/** A message of each kind, with much to say: what every channel makes of it. */

const summary = { level: 'summary' as const, last: true }
const machine = (name: string) => `arn:aws:states:us-west-2:111122223333:execution:golden-${name}`
const trigger: Trigger = {
  kind: 'release',
  upstream: 'soe',
  ami: 'ami-0a',
  amiName: 'soe-1',
  time: '2026-09-01T06:00:00Z',
  reason: 'soe released ami-0a',
}
const of = { campaign: 'soe-ami-0a', image: 'web' }
const imageArn = 'arn:aws:imagebuilder:us-west-2:111122223333:image/golden-web/1.0.0/2'
const many = [...Array(200).keys()].map((n) => `image-${n}`)
const managers = ['arn:aws:iam::111122223333:role/managers']
const changes = {
  previous: { version: '1.0.0/1', ami: 'ami-00' },
  packages: { added: many, removed: many, upgraded: many.map((name) => ({ name, from: '1', to: '2' })) },
  findings: { fixed: many.map((name) => `CVE-2026-1 HIGH in ${name}`), new: [] },
}
const ring = {
  ring: 'everyone',
  accounts: ['222233334444'],
  organizationalUnits: [],
  except: [],
  regions: ['us-west-2'],
  mode: 'copy' as const,
}

const samples: Record<(typeof kinds)[number], Message> = {
  'campaign-planned': campaignPlanned({
    campaign: of.campaign,
    execution: machine('campaign:x'),
    trigger,
    left: 3,
    bakes: many.map((image) => ({
      image,
      parent: 'soe',
      startsAfterSeconds: 0,
      finishedAfterSeconds: 9_000,
    })),
  }),
  'campaign-waiting': campaignWaiting({
    ...of,
    until: '2027-01-03T13:00:00Z',
    reasons: ["freeze 'year-end'"],
  }),
  'campaign-finished': campaignFinished({
    campaign: of.campaign,
    execution: machine('campaign:x'),
    trigger,
    seconds: 9_000,
    left: [],
    images: many.map((image) => ({ image, status: 'failed', reason: 'exited with 1', ami: null })),
  }),
  'upstream-refused': upstreamRefused({
    ami: 'ami-0a',
    account: '999999999999',
    region: 'us-west-2',
    reason: 'its owner is another',
  }),
  'image-released': imageReleased({
    ...of,
    version: '1.0.0/2',
    ami: 'ami-0b',
    imageArn,
    execution: machine('rebake:x'),
    parentAmi: 'ami-0a',
    components: ['corretto 1.2.0'],
    changes,
    rings: [
      {
        ring: 'everyone',
        parameter: '/golden-images/web',
        published: many.map((name) => ({ account: '222233334444', region: 'us-west-2', ami: name })),
      },
    ],
  }),
  'image-failed': imageFailed(
    {
      ...of,
      execution: machine('rebake:x'),
      imageArn,
      skipped: many,
      failure: { error: 'BakeFailed', cause: '<b>exited</b> & gone' },
    },
    summary,
  ),
  'image-stale': imageStale({ ...of, parentAmi: 'ami-0a', tries: 3, reason: 'its bake failed' }, summary),
  'image-warned': imageWarned({ ...of, ami: 'ami-0b', warnings: ['packages: forbidden: installed: telnet'] }, summary),
  'waiver-expiring': waiversExpire({
    waivers: [
      { cve: 'CVE-2026-1', owner: 'security', reason: 'no shell', expires: '2026-09-20', images: ['web'] },
      { cve: 'CVE-2026-2', owner: 'web team', reason: 'not reachable', expires: '2026-09-21', images: [] },
    ],
  }),
  'approval-requested': approvalRequested(
    {
      ...of,
      execution: machine('rebake:x'),
      version: '1.0.0/2',
      ami: 'ami-0b',
      ring,
      trigger,
      changes,
      evidence: [],
      warnings: many,
      approvers: managers,
      until: '2026-09-10T09:00:00Z',
    },
    summary,
  ),
  'image-rolled-back': imageRolledBack({
    image: 'web',
    from: '1.0.2/1',
    to: '1.0.1/1',
    reason: '<b>crashes</b>',
    by: managers[0] ?? '',
    operation: 'rollback-web',
    execution: machine('rollback:x'),
    hold: true,
    problems: many,
  }),
  'approval-reminder': approvalsEndSoon({
    time: '2026-09-10T00:00:00Z',
    waiting: many.map((image) => ({
      ...of,
      image,
      ring: 'everyone',
      until: '2026-09-10T09:00:00Z',
      approvers: managers,
    })),
  }),
  'release-revoked': releaseRevoked({
    operation: 'revoke-web',
    execution: machine('revoke:x'),
    image: 'web',
    version: '1.0.0/2',
    reason: 'CVE-2026-1234',
    by: 'arn:aws:iam::111122223333:user/ada',
    campaign: 'manual-web',
    releases: many.map((image) => ({ image, version: '1.0.0/2', ami: 'ami-0b' })),
    goBack: many.map((image) => ({ image, to: '1.0.0/1' })),
    stranded: ['web'],
    problems: many,
    withdrawals: many.map((name) => ({
      account: '222233334444',
      region: name,
      users: [],
      protects: [],
      otherwise: 'deprecate',
      amis: [{ image: 'web', version: '1.0.0/2', ami: name, action: 'disable', outcome: 'in-use' }] as WithdrawnAmi[],
    })),
  }),
  'retirement-report': retirementReport({
    operation: 'retire-1',
    execution: machine('retire:x'),
    by: 'schedule',
    onlyReports: undefined,
    releases: (['deprecate', 'remove', 'wait'] as const).flatMap((fate) =>
      many.map((image) => ({
        image,
        version: '1.0.0/1',
        ami: 'ami-0a',
        bakedAt: '2026-08-01T00:00:00Z',
        fate,
        reason: 'older than the last 3',
        removeAt: '2026-09-10T00:00:00Z',
      })),
    ),
    uses: Object.fromEntries(
      many.slice(100).map((image) => [
        `${image} 1.0.0/1`,
        many.map((name) => ({
          kind: 'instance' as const,
          name,
          account: '222233334444',
          region: 'us-west-2',
        })),
      ]),
    ),
  }),
}

describe.each(kinds)('%s', (kind) => {
  const message = samples[kind]

  it('is of its kind, with a subject that SNS takes', () => {
    expect(message.kind).toBe(kind)
    expect(message.subject).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,99}$/)
    expect(emailOf(message).length).toBeLessThan(64_000)
  })

  it('is what Slack takes', () => {
    const { blocks, text } = slackMessage(notificationOf(message))
    expect(blocks.length).toBeLessThanOrEqual(50)
    for (const block of blocks)
      for (const { text: each } of 'elements' in block ? block.elements : [block.text])
        expect(each.length).toBeLessThanOrEqual(block.type === 'header' ? 150 : 3_000)
    expect(text).toContain(message.subject)
    expect(JSON.stringify(blocks)).not.toContain('<b>')
  })

  it('is what Amazon Q takes', () => {
    const { content } = chatNoteOf(message)
    expect(content.title.length).toBeLessThanOrEqual(250)
    expect(content.description.length).toBeLessThanOrEqual(8_000)
    expect(content.description).not.toContain('<b>')
  })
})

it('says of a warning that the image goes on', () => {
  expect(emailOf(samples['image-warned'])).toBe(`web goes on as ami-0b, and its checks warn:

  packages: forbidden: installed: telnet

What is advisory does not stop it. A waiver that ends will: renew it in fleet.yaml, or mend what it is for.
Warnings of other images of this campaign are not told one by one: the ledger has them.
Campaign: soe-ami-0a`)
})

it('says of waivers that end whose they are and for which images', () => {
  expect(samples['waiver-expiring'].subject).toBe('2 waivers will expire')
  expect(
    emailOf(samples['waiver-expiring']),
  ).toBe(`After its day, a waiver fails the check of the images that it is for:
  CVE-2026-1, the last day 2026-09-20: no shell (security), for web
  CVE-2026-2, the last day 2026-09-21: not reachable (web team), for all images

Mend what it is for and take the waiver away, or give it another day in fleet.yaml, and deploy.`)
})
