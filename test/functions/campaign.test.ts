import { describe, expect, it } from 'vitest'
import { announce } from '../../functions/announce-campaign/announce-campaign.ts'
import { summarise } from '../../functions/summarise-campaign/summarise-campaign.ts'
import { campaign, plannedCampaign } from '../support/campaign.ts'
import { memoryLedger } from '../support/ledger.ts'

const time = '2026-09-09T10:30:00Z'
const failure = { error: 'Lambda.Unknown', cause: '{"errorMessage":"signal: killed"}' }

describe('announce-campaign', () => {
  it('names what is rebaked in the order in which it may start, and counts the rest', async () => {
    const { parts, told } = await plannedCampaign()
    await announce(parts, campaign)
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({
      subject: 'Planned: 6 images to rebake on al2023-soe',
      attributes: { kind: 'campaign-planned', severity: 'info', campaign, upstream: 'al2023-soe' },
    })
    const named = [...(told[0]?.body ?? '').matchAll(/^ {2}(\S+) \(on (\S+)\), from about \+/gm)]
    expect(named.map(([, image, parent]) => `${parent} > ${image}`)).toEqual([
      'al2023-soe > al2023-hardened',
      'al2023-hardened > al2023-java',
      'al2023-hardened > al2023-node',
      expect.stringMatching(/^al2023-(java|node) > /),
      expect.stringMatching(/^al2023-(java|node) > /),
      expect.stringMatching(/^al2023-(java|node) > /),
    ])
    expect(told[0]?.body).toContain('6 other images of the fleet do not descend from it.')
  })

  it('fails loudly when there is no such campaign, and tells nobody', async () => {
    const { parts, told } = await plannedCampaign()
    await expect(announce(parts, 'another')).rejects.toThrow('campaign another has no record')
    expect(told).toEqual([])
  })
})

describe('summarise-campaign', () => {
  const ended = async () => {
    const all = await plannedCampaign()
    for (const image of ['al2023-hardened', 'al2023-node', 'web-frontend'])
      await all.set(image, { status: 'released', ami: `ami-of-${image}` })
    await all.set('al2023-java', { status: 'failed', reason: 'its bake failed' })
    for (const image of ['orders-api', 'payments-api'])
      await all.set(image, { status: 'skipped', reason: 'it descends from al2023-java, which failed' })
    return all
  }

  it('counts, and says it in a sentence', async () => {
    const { parts, record } = await ended()
    expect(await summarise(parts, { campaign, time })).toEqual({
      released: 3,
      failed: 1,
      skipped: 2,
      sentence: '3 released, 1 failed (al2023-java), 2 skipped (orders-api, payments-api).',
    })
    expect(await record()).toMatchObject({ status: 'finished', finishedAt: time })
  })

  it('tells people once, with every image and why', async () => {
    const { parts, told } = await ended()
    const first = await summarise(parts, { campaign, time })
    expect(await summarise(parts, { campaign, time: '2026-09-10T00:00:00Z' })).toEqual(first)
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({
      subject: `Finished with failures: ${campaign}`,
      attributes: { kind: 'campaign-finished', severity: 'error' },
    })
    expect(told[0]?.body).toContain('It took 1d 1h.')
    expect(told[0]?.body).toMatch(/^ {2}web-frontend +released ami-of-web-frontend$/m)
    expect(told[0]?.body).toMatch(/^ {2}al2023-java +failed: its bake failed$/m)
    expect(told[0]?.body).not.toContain('ubuntu')
  })

  it('is good news when every image is released', async () => {
    const { parts, told, set, statuses } = await plannedCampaign()
    for (const image of Object.keys(await statuses())) await set(image, { status: 'released' })
    expect(await summarise(parts, { campaign, time })).toMatchObject({ released: 6, sentence: '6 released.' })
    expect(told[0]).toMatchObject({ subject: `Finished: ${campaign}`, attributes: { severity: 'info' } })
  })

  it.each([
    [undefined, 'failed'],
    ['aborted' as const, 'aborted'],
  ])('records a failure of Rebake itself as %s says, and puts it first', async (as, status) => {
    const { parts, told, record } = await ended()
    await summarise(parts, { campaign, time, failure, ...(as && { as }) })
    expect(await record()).toMatchObject({ status, finishedAt: time })
    expect(told[0]?.body).toMatch(
      /^Rebake itself failed in this campaign: Lambda\.Unknown: signal: killed\. /,
    )
  })

  it('closes even a campaign that failed before it was planned', async () => {
    const { parts, told } = await plannedCampaign()
    const ledger = memoryLedger()
    const answer = await summarise({ ...parts, ledger }, { campaign, time, failure })
    expect(answer).toEqual({ released: 0, failed: 0, skipped: 0, sentence: 'nothing was rebaked.' })
    expect(told[0]?.body).toContain('an unknown upstream')
    await summarise({ ...parts, ledger }, { campaign, time, failure })
    expect(told).toHaveLength(1)
    expect([...ledger.items.values()]).toMatchObject([{ status: 'failed', finishedAt: time }])
  })
})
