import { expect, it } from 'vitest'
import { slow } from '../support/rehearsal.ts'
import { servedRehearsal } from './served-rehearsal.ts'
import { smallFleet } from './small-fleet.ts'

const ofUbuntu =
  'parent: ubuntu, infrastructure: small, components: [patch], volumes: [{ device: /dev/sda1, size: 20 }], rings: [canary, asked]'
const approvers = "['arn:aws:iam::111122223333:role/managers']"
const text = `${smallFleet.trimEnd().replace(/ {2}web: .*/, `  web: { ${ofUbuntu} }\n  db: { ${ofUbuntu} }`)}
  asked: { accounts: ['456789012345'], regions: [eu-west-1], approval: { approvers: ${approvers}, timeout: 7d } }
`

/** A rehearsal in which `web` and `db` wait for an approval, and `base` has failed. */
const time = '2026-09-01T06:00:00Z'
const { served, run } = servedRehearsal(text, {
  releases: ['ubuntu', 'al2023'].map((upstream) => ({ upstream, time })),
  faults: [
    { kind: 'build-fails', target: 'base' },
    ...['web', 'db'].map((target) => ({ kind: 'approval-forgotten' as const, target })),
  ],
})
const rebake = (...args: string[]) => run(args)
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await rebake(...args, '--yes', '--json')
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' })
  return JSON.parse(stdout)
}
/** Until an image waits for an approval in a campaign. */
const waiting = async (image: string, campaign: string) =>
  expect
    .poll(async () => JSON.parse((await rebake('approve', '--json')).stdout), { timeout: 30_000 })
    .toContainEqual(expect.objectContaining({ image, campaign, ring: 'asked' }))

it(
  'takes what people do with campaigns',
  async () => {
    const campaign = served().summary.campaigns.find(({ upstream }) => upstream === 'ubuntu')?.name ?? ''
    await waiting('web', campaign)
    await waiting('db', campaign)

    const cancelled = await json('cancel', campaign, 'web', '--reason', 'wrong kernel')
    const web = { image: 'web', status: 'candidate', version: '1.0.0/1', rings: ['canary'] }
    expect(cancelled).toMatchObject({ underWay: [web], wasBefore: false, reason: 'wrong kernel' })
    const ended = { campaign, image: 'web', wasBefore: true, status: 'aborted' }
    await expect.poll(() => json('cancel', campaign, 'web'), { timeout: 30_000 }).toEqual(ended)
    expect((await rebake('cancel', campaign, 'java', '--yes')).stderr).toContain('does not rebake java')

    // What had passed its checks is rolled out again: the ring that asks is asked once more.
    const again = await json('retry', 'web', '--at', '2026-09-03T00:00:00Z')
    expect(again).toMatchObject({ campaign: 'promote-web-1-0-0-1-20260903T000000Z', wasBefore: false })
    await waiting('web', again.campaign)
    const twice = await rebake('promote', 'web', '--yes')
    const rollsOut = `Nothing was promoted: campaign ${again.campaign} rolls out web 1.0.0/1 now.`
    expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining(rollsOut) })
    const approved = await json('approve', again.campaign)
    expect(approved).toMatchObject([{ image: 'web', ring: 'asked', as: 'approved' }])
    await expect
      .poll(async () => (await rebake('promote', 'web', '--yes')).stderr, { timeout: 30_000 })
      .toContain('web 1.0.0/1 is stable already')
    expect((await rebake('retry', 'web', '--yes')).stderr).toContain('nothing of web failed: 1.0.0/1 is stable')

    const { underWay, over } = await json('cancel', campaign)
    expect({ underWay, over }).toMatchObject({
      underWay: [{ image: 'db', status: 'candidate', rings: ['canary'] }],
      over: [{ image: 'web', status: 'aborted' }],
    })
    const closed = { campaign, wasBefore: true, status: 'aborted' }
    await expect.poll(() => json('cancel', campaign), { timeout: 30_000 }).toEqual(closed)
    expect(await json('approve', campaign)).toEqual([])

    // What failed before is baked again, with what descends from it.
    const base = await json('retry', 'base', '--at', '2026-09-04T00:00:00Z')
    expect(base.campaign).toBe('manual-20260904T000000Z-base')
    const { trigger, images } = base.plan
    expect(trigger.reason).toMatch(/^again, after campaign al2023-ami-\w+: its bake failed in Image Builder: /)
    expect(images).toMatchObject([
      { image: 'base', decision: 'bake' },
      { image: 'java', decision: 'bake' },
      ...Array(2).fill({ decision: 'leave' }),
    ])
  },
  slow * 3,
)
