import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { beforeEach, describe, expect, it } from 'vitest'
import type { FleetState } from '../../domain/planning/fleet-state.ts'
import { hold, recordRevoked } from '../../domain/planning/holds.ts'
import type { CheckResult } from '../../domain/validation/evidence.ts'
import { markCandidate } from '../../functions/mark-candidate/mark-candidate.ts'
import { keyOf } from '../../ledger/keys.ts'
import {
  campaign,
  claimFor,
  executionOf,
  imageBuilderArnPrefix,
  parentAmi,
  plannedCampaign,
} from '../support/campaign.ts'
import { seed } from '../support/ledger.ts'
import { mockOf } from '../support/mocks.ts'
import { keepParameters } from '../support/parameters.ts'

const ssm = mockOf(SSMClient)
beforeEach(() => {
  ssm.reset()
  keepParameters(ssm)
})
const image = 'al2023-hardened'
const ami = 'ami-0b0b0b0b0b0b0b0b0'
const version = '1.0.0/1'
const imageArn = `${imageBuilderArnPrefix}:image/golden-${image}/${version}`
const good: CheckResult = { check: 'state', passed: true, detail: 'available' }
const bad: CheckResult = { check: 'size', passed: false, detail: 'too big' }
const soon: CheckResult = { check: 'waiver', passed: true, warning: true, detail: 'ends soon' }

/** A baked image whose order is one required and one advisory check, with what these came to. */
async function baked(required?: CheckResult[], advisory?: CheckResult[]) {
  const planned = await plannedCampaign()
  const { ledger, parts: deps } = planned
  await claimFor(planned, image)
  const { order } = await planned.image(image)
  const checks = [
    { ...order?.checks[0], check: 'ami', mode: 'required' },
    { ...order?.checks[0], check: 'custom licences', mode: 'advisory' },
  ] as NonNullable<typeof order>['checks']
  if (order) await planned.set(image, { order: { ...order, checks } })
  const leave = async (check: string, mode: 'required' | 'advisory', results: CheckResult[] | undefined) => {
    const passed = results?.length !== 0 && results?.every((result) => result.passed)
    if (results)
      await seed(ledger, keyOf('check', { campaign, image, check }), { evidence: { check, mode, passed, results } })
  }
  await leave('ami', 'required', required)
  await leave('custom licences', 'advisory', advisory)
  return {
    ...planned,
    mark: () =>
      markCandidate({ ...deps, fleet: 'golden', ssm: ssm as unknown as SSMClient } as never, {
        execution: executionOf(image),
        time: '2026-09-08T11:00:00Z',
        campaign,
        image,
        parentAmi,
        imageArn,
        ami,
      }),
    moved: () => ssm.commandCalls(PutParameterCommand).map(({ args }) => [args[0].input.Name, args[0].input.Value]),
  }
}

describe('mark-candidate', () => {
  it('records and points to what passed, for children and anybody who waits', async () => {
    const { mark, moved, known, ledger, reported } = await baked([good], [good])
    expect(await mark()).toEqual({ version })
    expect(moved()).toEqual([[`/golden/images/${image}/candidate`, ami]])
    expect(await ledger.table.get(keyOf('release', { image, version }))).toMatchObject({
      ami,
      imageArn,
      parentAmi,
    })
    expect((await known()).images[image]?.last).toMatchObject({ ami, version })
    expect(reported).toEqual([])
  })

  it.each([
    ['its image is held', (known: FleetState) => hold(known, image, { at: '', by: 'ada', reason: 'bad' }), /^held by/],
    ['its parent is revoked', (known: FleetState) => recordRevoked(known, [parentAmi], 'revoke-a'), /was revoked$/],
  ])('marks nothing where %s since', async (_, change, message) => {
    const { mark, moved, ledger } = await baked([good], [good])
    await ledger.fleetState.change(change)
    await expect(mark()).rejects.toMatchObject({
      name: 'Superseded',
      message: expect.stringMatching(message),
    })
    expect(moved()).toEqual([])
    expect(await ledger.table.get(keyOf('release', { image, version }))).toBeUndefined()
  })

  it.each<[string, CheckResult[] | undefined, string]>([
    ['has failed', [good, bad], `${ami}: ami: size: too big`],
    ['left no evidence', undefined, `${ami}: ami: it left no evidence`],
    ['looked at nothing', [], `${ami}: ami: it has not passed`],
  ])('stops where a required check %s', async (_, results, message) => {
    const { mark, moved, known, ledger, image: imageItem } = await baked(results, [bad])
    await expect(mark()).rejects.toMatchObject({ name: 'ValidationFailed', message })
    expect(moved()).toEqual([])
    expect(await ledger.table.get(keyOf('release', { image, version }))).toBeUndefined()
    expect((await known()).images[image]?.last).toBeUndefined()
    expect((await imageItem(image)).ami).toBe(ami)
  })

  it.each<[string, CheckResult[] | undefined, string]>([
    ['has failed', [bad], 'custom licences: size: too big'],
    ['left no evidence', undefined, 'custom licences: it left no evidence'],
    ['passed with a warning', [soon], 'custom licences: waiver: ends soon'],
  ])('tells people, once, where an advisory check %s', async (_, results, warning) => {
    const { mark, moved, reported } = await baked([good], results)
    await mark()
    await mark()
    expect(moved()[0]).toEqual([`/golden/images/${image}/candidate`, ami])
    expect(reported).toHaveLength(1)
    expect(JSON.stringify(reported)).toContain(warning)
  })
})
