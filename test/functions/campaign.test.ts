import { describe, expect, it } from 'vitest'
import { announce } from '../../functions/announce-campaign/announce-campaign.ts'
import { summarise } from '../../functions/summarise-campaign/summarise-campaign.ts'
import { keyOf } from '../../ledger/keys.ts'
import { campaign, parentAmi, planFor, plannedCampaign, trigger } from '../support/campaign.ts'
import { memoryLedger } from '../support/ledger.ts'

const time = '2026-09-09T10:30:00Z'
const failure = { error: 'Lambda.Unknown', cause: '{"errorMessage":"signal: killed"}' }

describe('announce-campaign', () => {
  it('names what is rebaked in the order in which it may start, and counts the rest', async () => {
    const { parts: deps, reported } = await plannedCampaign()
    await announce(deps, campaign)
    expect(reported).toHaveLength(1)
    expect(reported[0]).toMatchObject({
      subject: `Planned: 6 images to rebake: al2023-soe ${parentAmi}`,
      kind: 'campaign-planned',
      severity: 'info',
      about: { campaign, upstream: 'al2023-soe' },
    })
    const named = [...(reported[0]?.body ?? '').matchAll(/^ {2}(\S+) \(on (\S+)\), from about \+/gm)]
    expect(named.map(([, image, parent]) => `${parent} > ${image}`)).toEqual([
      'al2023-soe > al2023-hardened',
      'al2023-hardened > al2023-java',
      'al2023-hardened > al2023-node',
      expect.stringMatching(/^al2023-(java|node) > /),
      expect.stringMatching(/^al2023-(java|node) > /),
      expect.stringMatching(/^al2023-(java|node) > /),
    ])
    expect(reported[0]?.body).toContain('6 other images of the fleet are left; the ledger has the reason for each.')
  })

  it('tells of each wait once, and of the plan when it is over', async () => {
    const { parts: deps, reported, ledger } = await plannedCampaign()
    const waits = (until: string, reason: string) =>
      ledger.table.set(keyOf('campaign', { campaign }), {
        status: 'waiting',
        waiting: { until, reasons: [reason] },
      })
    await waits('2027-01-03T13:00:00.000Z', 'freeze one')
    for (let time = 0; time < 2; time++) await announce(deps, campaign)
    // The freeze was made longer while the campaign waited.
    await waits('2027-01-10T13:00:00.000Z', 'freeze two')
    for (let time = 0; time < 2; time++) await announce(deps, campaign)
    await ledger.table.set(keyOf('campaign', { campaign }), { status: 'running' })
    for (let time = 0; time < 2; time++) await announce(deps, campaign)
    expect(reported.map(({ subject }) => subject)).toEqual([
      `Waiting until 2027-01-03 13:00 UTC: al2023-soe ${parentAmi}`,
      `Waiting until 2027-01-10 13:00 UTC: al2023-soe ${parentAmi}`,
      `Planned: 6 images to rebake: al2023-soe ${parentAmi}`,
    ])
    expect(reported[0]?.body).toContain('  freeze one\n')
  })

  it('records nothing that was not sent, so that a retry sends it', async () => {
    const { parts: deps, reported, record } = await plannedCampaign()
    const away = async () => Promise.reject(new Error('SNS is away'))
    await expect(announce({ ...deps, notify: away }, campaign)).rejects.toThrow('SNS is away')
    expect((await record()).announced).toBeUndefined()
    await announce(deps, campaign)
    expect(reported).toHaveLength(1)
  })

  it('fails loudly when there is no such campaign, and tells nobody', async () => {
    const { parts: deps, reported } = await plannedCampaign()
    await expect(announce(deps, 'another')).rejects.toThrow('campaign another has no record')
    expect(reported).toEqual([])
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
    const { parts: deps, record } = await ended()
    expect(await summarise(deps, { campaign, time })).toEqual({
      released: 3,
      failed: 1,
      skipped: 2,
      superseded: 0,
      sentence: '3 released, 1 failed (al2023-java), 2 skipped (orders-api, payments-api).',
    })
    expect(await record()).toMatchObject({ status: 'finished', finishedAt: time })
  })

  it('tells people once, with every image and why', async () => {
    const { parts: deps, reported } = await ended()
    const first = await summarise(deps, { campaign, time })
    expect(await summarise(deps, { campaign, time: '2026-09-10T00:00:00Z' })).toEqual(first)
    expect(reported).toHaveLength(1)
    expect(reported[0]).toMatchObject({
      subject: `Finished with failures: ${campaign}`,
      kind: 'campaign-finished',
      severity: 'error',
    })
    expect(reported[0]?.body).toContain('It took 1d 1h.')
    expect(reported[0]?.body).toMatch(/^ {2}web-frontend +released ami-of-web-frontend$/m)
    expect(reported[0]?.body).toMatch(/^ {2}al2023-java +failed: its bake failed$/m)
    expect(reported[0]?.body).not.toContain('ubuntu')
  })

  it('is good news when every image is released', async () => {
    const { parts: deps, reported, set, statuses } = await plannedCampaign()
    for (const image of Object.keys(await statuses())) await set(image, { status: 'released' })
    expect(await summarise(deps, { campaign, time })).toMatchObject({ released: 6, sentence: '6 released.' })
    expect(reported[0]).toMatchObject({ subject: `Finished: ${campaign}`, severity: 'info' })
  })

  it.each([
    [undefined, 'failed'],
    ['aborted' as const, 'aborted'],
  ])('records a failure of Rebake itself as %s says, and puts it first', async (as, status) => {
    const { parts: deps, reported, record } = await ended()
    await summarise(deps, { campaign, time, failure, ...(as && { as }) })
    expect(await record()).toMatchObject({ status, finishedAt: time })
    expect(reported[0]?.body).toMatch(/^Rebake itself failed in this campaign: Lambda\.Unknown: signal: killed\. /)
  })

  it('closes even a campaign that failed before it was planned', async () => {
    const { parts: deps, reported } = await plannedCampaign()
    const ledger = memoryLedger()
    const answer = await summarise({ ...deps, ledger }, { campaign, time, failure })
    expect(answer).toEqual({
      released: 0,
      failed: 0,
      skipped: 0,
      superseded: 0,
      sentence: 'nothing was rebaked.',
    })
    expect(reported[0]?.body).toContain('an unknown trigger')
    await summarise({ ...deps, ledger }, { campaign, time, failure })
    expect(reported).toHaveLength(1)
    expect([...ledger.items.values()]).toMatchObject([{ status: 'failed', finishedAt: time }])
  })

  it('takes what a newer campaign has taken over as no failure', async () => {
    const { parts: deps, reported, set, statuses } = await plannedCampaign()
    for (const image of Object.keys(await statuses())) await set(image, { status: 'superseded', reason: 'by another' })
    expect(await summarise(deps, { campaign, time })).toMatchObject({ failed: 0, skipped: 0, superseded: 6 })
    expect(reported[0]).toMatchObject({ subject: `Finished: ${campaign}`, severity: 'info' })
  })

  it('forgets what the campaign was still to bake', async () => {
    const { parts: deps, known } = await plannedCampaign()
    expect((await known()).images['web-frontend']?.pending).toHaveLength(1)
    await summarise(deps, { campaign, time })
    expect(Object.values((await known()).images)).toEqual(Array(6).fill({}))
  })

  it('says why nothing was baked, in a line for each reason', async () => {
    const { parts: deps, ledger, reported } = await plannedCampaign()
    const known = {
      ami: 'ami-0f0f0f0f',
      amiName: 'soe',
      since: time,
      newest: { ami: 'ami-0f0f0f0f', created: time },
    }
    await ledger.fleetState.change((before) => ({
      ...before,
      upstreams: { 'ubuntu-soe': { ...known, started: true } },
    }))
    const cause = { ...trigger, upstream: 'ubuntu-soe' }
    const { roots } = await planFor(ledger, cause)
    expect(roots).toEqual([])
    await summarise(deps, { campaign: `ubuntu-soe-${parentAmi}`, time })
    expect(reported[0]?.body).toContain(`nothing was rebaked. It took 1d 1h.
  al2023-hardened, al2023-java, al2023-node, orders-api, payments-api, web-frontend: from al2023-soe, not from ubuntu-soe
  claims-portal, windows-hardened, windows-iis: from windows-soe, not from ubuntu-soe
  ml-inference: its parent ubuntu-python is left as it is
  ubuntu-hardened: superseded by ami-0f0f0f0f: ubuntu-soe is ami-0f0f0f0f now
  ubuntu-python: its parent ubuntu-hardened is left as it is
`)
  })
})
