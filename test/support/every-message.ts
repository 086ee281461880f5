import { type ApprovalFacts, approvalRequested, approvalsEndSoon } from '../../domain/messages/approvals.ts'
import { campaignFinished, campaignPlanned, campaignWaiting, upstreamRefused } from '../../domain/messages/campaigns.ts'
import {
  type FailedFacts,
  imageFailed,
  imageReleased,
  imageStale,
  imageWarned,
  type StaleFacts,
  type WarnedFacts,
} from '../../domain/messages/images.ts'
import type { Kind } from '../../domain/messages/kinds.ts'
import type { Message } from '../../domain/messages/message.ts'
import { imageRolledBack, type RolledBackFacts, rollbackStopped } from '../../domain/messages/operations.ts'
import { retirementIncomplete, retirementReport } from '../../domain/messages/retirement.ts'
import { releaseRevoked, revocationStopped } from '../../domain/messages/revocations.ts'
import { waiversExpire } from '../../domain/messages/waivers.ts'
import type { WithdrawnAmi } from '../../domain/releases/withdrawal.ts'
import type { Trigger } from '../../domain/triggers.ts'

/** A message, the same fact set otherwise, and other facts of its kind. */
export interface Sample {
  message: Message
  rereported: Message[]
  others: Message[]
}

/** Of one builder: facts, changes of them that are no other fact, and changes that are. */
function sampleOf<F>(
  build: (facts: F) => Message,
  facts: NoInfer<F>,
  { rereported, others }: { rereported: Partial<NoInfer<F>>[]; others: Partial<NoInfer<F>>[] },
): Sample {
  const changed = (change: Partial<F>) => build({ ...facts, ...change })
  return { message: build(facts), rereported: rereported.map(changed), others: others.map(changed) }
}

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
const ada = 'arn:aws:iam::111122223333:user/ada'
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
const failure = { error: 'BakeFailed', cause: '<b>exited</b> & gone' }
const otherFailure = { error: 'BakeTimedOut', cause: 'it hangs' }
const until = '2026-09-10T09:00:00Z'
const later = '2026-09-11T09:00:00Z'
const waiver = { cve: 'CVE-2026-1', owner: 'security', reason: 'no shell', expires: '2026-09-20', images: ['web'] }
const otherWaiver = { cve: 'CVE-2026-2', owner: 'web team', reason: 'not reachable', expires: '2026-09-21', images: [] }
const waiting = many.map((image) => ({ ...of, image, ring: 'everyone', until, approvers: managers }))
const rolledBack = {
  image: 'web',
  from: '1.0.2/1',
  to: '1.0.1/1',
  reason: '<b>crashes</b>',
  by: managers[0] ?? '',
  operation: 'rollback-web',
  execution: machine('rollback:x'),
  hold: true,
  problems: many,
}
const revoked = {
  operation: 'revoke-web',
  execution: machine('revoke:x'),
  image: 'web',
  version: '1.0.0/2',
  reason: 'CVE-2026-1234',
  by: ada,
}
const retirement = { operation: 'retire-1', execution: machine('retire:x') }

/**
 * For each kind a sample of each of its builders, with much to say. What every channel makes of them, and that their ids
 * follow from facts, is asked of all of them.
 */
export const samples: Record<Kind, Sample[]> = {
  'campaign-planned': [
    sampleOf(
      campaignPlanned,
      {
        campaign: of.campaign,
        execution: machine('campaign:x'),
        trigger,
        left: 3,
        bakes: many.map((image) => ({ image, parent: 'soe', startsAfterSeconds: 0, finishedAfterSeconds: 9_000 })),
      },
      { rereported: [{ left: 4 }], others: [{ campaign: 'soe-ami-0b' }] },
    ),
  ],
  'campaign-waiting': [
    sampleOf(
      campaignWaiting,
      { ...of, until: '2027-01-03T13:00:00Z', reasons: ["freeze 'year-end'"] },
      {
        rereported: [{ reasons: ['outside the window'] }, { trigger }],
        others: [
          { campaign: 'soe-ami-0b' },
          { until: later },
          { image: 'api' },
          { image: undefined },
          { ring: 'early' },
          { image: undefined, ring: 'web' },
        ],
      },
    ),
  ],
  'campaign-finished': [
    sampleOf(
      campaignFinished,
      {
        campaign: of.campaign,
        execution: machine('campaign:x'),
        trigger,
        seconds: 9_000,
        left: [],
        images: many.map((image) => ({ image, status: 'failed' as const, reason: 'exited with 1', ami: null })),
      },
      { rereported: [{ seconds: 60 }, { failure }, { images: [] }], others: [{ campaign: 'soe-ami-0b' }] },
    ),
  ],
  'upstream-refused': [
    sampleOf(
      upstreamRefused,
      {
        ami: 'ami-0a',
        account: '999999999999',
        region: 'us-west-2',
        code: 'wrong-owner',
        reason: 'its owner is another',
      },
      {
        rereported: [{ reason: 'another owns it' }],
        others: [
          { ami: 'ami-0b' },
          { account: '888888888888' },
          { code: 'wrong-name' },
          { upstream: 'soe' },
          { upstream: 'other-soe' },
          { event: 'e1' },
          { event: 'e2' },
          { event: 'e1', code: 'wrong-name' },
        ],
      },
    ),
  ],
  'image-released': [
    sampleOf(
      imageReleased,
      {
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
      },
      {
        rereported: [{ changes: 'nobody knows' }, { components: [] }],
        others: [{ campaign: 'soe-ami-0b' }, { image: 'api' }, { version: '1.0.0/3' }],
      },
    ),
  ],
  'image-failed': [
    sampleOf(
      (facts: FailedFacts) => imageFailed(facts, summary),
      { ...of, execution: machine('rebake:x'), imageArn, skipped: many, failure },
      {
        rereported: [{ failure: otherFailure }, { skipped: [] }],
        others: [{ campaign: 'soe-ami-0b' }, { image: 'api' }],
      },
    ),
  ],
  'image-stale': [
    sampleOf(
      (facts: StaleFacts) => imageStale(facts, summary),
      { ...of, parentAmi: 'ami-0a', tries: 3, reason: 'its bake failed' },
      { rereported: [{ reason: 'it hangs' }], others: [{ campaign: 'soe-ami-0b' }, { image: 'api' }, { tries: 4 }] },
    ),
  ],
  'image-warned': [
    sampleOf(
      (facts: WarnedFacts) => imageWarned(facts, summary),
      { ...of, ami: 'ami-0b', warnings: ['packages: forbidden: installed: telnet'] },
      {
        rereported: [{ warnings: ['packages: telnet'] }],
        others: [{ campaign: 'soe-ami-0b' }, { image: 'api' }, { ami: 'ami-0c' }],
      },
    ),
  ],
  'waiver-expiring': [
    sampleOf(
      waiversExpire,
      { waivers: [waiver, otherWaiver] },
      {
        rereported: [
          { waivers: [otherWaiver, waiver] },
          { waivers: [{ ...waiver, reason: 'nobody uses it' }, otherWaiver] },
        ],
        others: [
          { waivers: [waiver] },
          { waivers: [otherWaiver] },
          { waivers: [waiver, { ...otherWaiver, cve: 'CVE-2026-3' }] },
          { waivers: [waiver, { ...otherWaiver, expires: '2027-09-21' }] },
        ],
      },
    ),
  ],
  'approval-requested': [
    sampleOf(
      (facts: ApprovalFacts) => approvalRequested(facts, summary),
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
        until,
      },
      {
        rereported: [{ warnings: [] }, { changes: 'nobody knows' }],
        others: [{ campaign: 'soe-ami-0b' }, { image: 'api' }, { ring: { ...ring, ring: 'early' } }],
      },
    ),
  ],
  'approval-reminder': [
    sampleOf(
      approvalsEndSoon,
      { time: '2026-09-10T00:00:00Z', waiting },
      {
        rereported: [{ time: '2026-09-10T01:00:00Z' }, { waiting: waiting.toReversed() }],
        others: [
          { waiting: waiting.slice(1) },
          { waiting: waiting.map((each) => ({ ...each, campaign: 'soe-ami-0b' })) },
          { waiting: waiting.map((each) => ({ ...each, ring: 'early' })) },
          { waiting: waiting.map((each) => ({ ...each, until: later })) },
        ],
      },
    ),
  ],
  'image-rolled-back': [
    sampleOf(imageRolledBack, rolledBack, {
      rereported: [{ problems: [] }, { reason: 'it leaks' }],
      others: [{ operation: 'rollback-web-later' }],
    }),
    sampleOf((facts: RolledBackFacts) => rollbackStopped(facts, failure), rolledBack, {
      rereported: [{ reason: 'it leaks' }],
      others: [{ operation: 'rollback-web-later' }],
    }),
  ],
  'release-revoked': [
    sampleOf(
      releaseRevoked,
      {
        ...revoked,
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
          otherwise: 'deprecate' as const,
          amis: [
            { image: 'web', version: '1.0.0/2', ami: name, action: 'disable', outcome: 'in-use' },
          ] as WithdrawnAmi[],
        })),
      },
      { rereported: [{ problems: [] }, { withdrawals: [] }], others: [{ operation: 'revoke-web-later' }] },
    ),
    sampleOf((facts: Parameters<typeof revocationStopped>[0]) => revocationStopped(facts, failure), revoked, {
      rereported: [{ by: managers[0] ?? '' }],
      others: [{ operation: 'revoke-web-later' }],
    }),
  ],
  'retirement-report': [
    sampleOf(
      retirementReport,
      {
        ...retirement,
        by: 'schedule',
        onlyReports: undefined,
        releases: (['deprecate', 'remove', 'wait'] as const).flatMap((action) =>
          many.map((image) => ({
            image,
            version: '1.0.0/1',
            ami: 'ami-0a',
            bakedAt: '2026-08-01T00:00:00Z',
            action,
            reason: 'older than the last 3',
            removeAt: '2026-09-10T00:00:00Z',
          })),
        ),
        bakes: (['remove', 'wait'] as const).flatMap((action) =>
          many.map((image) => ({
            image,
            version: '1.0.1/1',
            ami: '',
            bakedAt: '2026-08-01T00:00:00Z',
            action,
            reason: 'it failed at 2026-08-01T01:00:00Z: the AMI that it baked failed its checks',
            removeAt: '2026-09-10T00:00:00Z',
          })),
        ),
        leftovers: many.map((image) => ({
          kind: 'distribution-configuration' as const,
          arn: `arn:aws:imagebuilder:us-west-2:111122223333:distribution-configuration/golden-${image}-everyone`,
          image,
        })),
        uses: Object.fromEntries(
          many
            .slice(100)
            .map((image) => [
              `${image} 1.0.0/1`,
              many.map((name) => ({ kind: 'instance' as const, name, account: '222233334444', region: 'us-west-2' })),
            ]),
        ),
      },
      { rereported: [{ releases: [] }, { onlyReports: 'the fleet says dryRun' }], others: [{ operation: 'retire-2' }] },
    ),
    sampleOf(
      retirementIncomplete,
      { ...retirement, problems: many },
      { rereported: [{ problems: ['one'] }], others: [{ operation: 'retire-2' }] },
    ),
  ],
}
