import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type ItemKind, type Key, keyOf, keys, parseKey } from '../../ledger/keys.ts'
import { ledgerReference } from '../../ledger/reference.ts'
import { approvalWait, automationWait, claimWait, packagesWait, scanWait } from '../../ledger/wait-ids.ts'

const campaign = 'al2023-soe-ami-0a1b'
const arn = 'arn:aws:imagebuilder:us-west-2:111122223333:image/golden-web/1.0.0/1'

/**
 * Keys are promises: fleets that are deployed have items under these. A line that changes here needs a migration that reads
 * both for one release.
 */
const promised: Record<ItemKind, [made: Key, pk: string, sk: string]> = {
  fleetState: [keyOf('fleetState', {}), 'FLEET', 'FLEET'],
  locks: [keyOf('locks', {}), 'CLAIMS', 'CLAIMS'],
  campaign: [keyOf('campaign', { campaign }), 'CAMPAIGN#al2023-soe-ami-0a1b', 'CAMPAIGN'],
  image: [keyOf('image', { campaign, image: 'web' }), 'CAMPAIGN#al2023-soe-ami-0a1b', 'IMAGE#web'],
  check: [
    keyOf('check', { campaign, image: 'web', check: 'custom licences' }),
    'CAMPAIGN#al2023-soe-ami-0a1b',
    'CHECK#web#custom licences',
  ],
  approval: [
    keyOf('approval', { campaign, image: 'web', ring: 'everyone' }),
    'CAMPAIGN#al2023-soe-ami-0a1b',
    'APPROVAL#web#everyone',
  ],
  waitNotice: [
    keyOf('waitNotice', { campaign, until: '2026-09-08T09:00:00.000Z' }),
    'CAMPAIGN#al2023-soe-ami-0a1b',
    'WAITING#2026-09-08T09:00:00.000Z',
  ],
  notified: [
    keyOf('notified', { campaign, of: 'approval-requested#everyone' }),
    'CAMPAIGN#al2023-soe-ami-0a1b',
    'TOLD#approval-requested#everyone',
  ],
  warningNotice: [keyOf('warningNotice', { campaign, image: 'web' }), 'CAMPAIGN#al2023-soe-ami-0a1b', 'WARNED#web'],
  campaignThread: [
    keyOf('campaignThread', { campaign, channel: 'C0123456789' }),
    'CAMPAIGN#al2023-soe-ami-0a1b',
    'SLACK#C0123456789',
  ],
  messageThread: [
    keyOf('messageThread', { channel: 'golden/slack', message: '95df01b4-ee98' }),
    'SLACK#golden/slack',
    'MESSAGE#95df01b4-ee98',
  ],
  release: [keyOf('release', { image: 'web', version: '1.0.3/1' }), 'IMAGE#web', 'RELEASE#1.0.3/1'],
  bake: [keyOf('bake', { image: 'web', version: '1.0.3/2' }), 'IMAGE#web', 'BAKE#1.0.3/2'],
  leftovers: [keyOf('leftovers', { operation: 'retire-20260920' }), 'OPERATION#retire-20260920', 'LEFTOVERS'],
  operation: [
    keyOf('operation', { operation: 'rollback-web-20260908' }),
    'OPERATION#rollback-web-20260908',
    'OPERATION',
  ],
  ring: [
    keyOf('ring', { operation: 'rollback-web-20260908', ring: 'early' }),
    'OPERATION#rollback-web-20260908',
    'RING#early',
  ],
  withdrawal: [
    keyOf('withdrawal', { operation: 'retire-20260908', account: '111122223333', region: 'us-west-2' }),
    'OPERATION#retire-20260908',
    'WITHDRAW#111122223333#us-west-2',
  ],
  wait: [keyOf('wait', { id: arn }), `WAIT#${arn}`, 'WAIT'],
  copy: [keyOf('copy', { ami: 'ami-0a1b' }), 'COPY#ami-0a1b', 'COPY'],
  refusal: [keyOf('refusal', { event: '6f3a-#1' }), 'REFUSED#6f3a-#1', 'REFUSED'],
  firstRetirement: [keyOf('firstRetirement', {}), 'RETIREMENT', 'FIRST'],
  waiverNotice: [
    keyOf('waiverNotice', { cve: 'CVE-2026-1', expires: '2026-10-01' }),
    'WAIVER#CVE-2026-1',
    'TOLD#2026-10-01',
  ],
}

describe.each(Object.keys(keys) as ItemKind[])('the key of %s', (kind) => {
  const [made, pk, sk] = promised[kind]

  it('is what it was', () => {
    expect(made).toEqual({ pk, sk })
  })

  it('says what it is of, and what stands in it', () => {
    const { kind: parsed, ...deps } = parseKey({ pk, sk }) ?? {}
    expect(parsed).toBe(kind)
    expect(keyOf(kind, deps as never)).toEqual({ pk, sk })
  })
})

it.each([
  ['nothing of the ledger', { pk: 'OTHER', sk: 'OTHER' }],
  ['what has the sort key of something else', { pk: 'IMAGE#web', sk: 'CAMPAIGN' }],
  ['an image without a name', { pk: 'CAMPAIGN#c', sk: 'IMAGE#' }],
])('is of no kind: %s', (_, key) => {
  expect(parseKey(key)).toBeUndefined()
})

it('takes what stands in it as it is', () => {
  expect(keyOf('image', { campaign: '$1 <image>', image: '$&' })).toEqual({
    pk: 'CAMPAIGN#$1 <image>',
    sk: 'IMAGE#$&',
  })
})

it('is what the state machines spell themselves', () => {
  const [prefix] = keys.wait.pk.split('<')
  const spelt = readFileSync('statemachines/rebake.asl.yaml', 'utf8').match(/'[A-Z]+#' & \$\w+/g)
  expect(spelt).toEqual([`'${prefix}' & $imageArn`, `'${prefix}' & $awaited`])
})

it.each([
  [
    claimWait({ stage: 'roll-out', holder: 'arn:x', since: '2026-09-08T09:00:00Z' }),
    'claim:roll-out:arn:x:2026-09-08T09:00:00Z',
  ],
  [approvalWait('c', 'web', 'early'), 'approval/c/web/early'],
  [scanWait(arn), `scan/${arn}`],
  [automationWait('e-1'), 'automation/e-1'],
  [packagesWait(arn), `packages/${arn}`],
])('waits under the id %s', (id, promise) => {
  expect(id).toBe(promise)
})

it('is in the reference, as it is generated (npm run reference)', () => {
  expect(readFileSync('docs/internals/ledger.md', 'utf8')).toBe(ledgerReference())
})
