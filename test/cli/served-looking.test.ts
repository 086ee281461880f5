import { describe, expect, it } from 'vitest'
import { parseFault } from '../../rehearsal/faults.ts'
import { slow } from '../support/rehearsal.ts'
import { servedRehearsal } from './served-rehearsal.ts'
import { smallFleet } from './small-fleet.ts'

const approval = "approval: { approvers: ['arn:aws:iam::111122223333:role/managers'], timeout: 3d }"
const fleetText = smallFleet
  .replace('rings: [canary]', 'rings: [canary, everyone]')
  .replace('regions: [eu-west-1, us-east-1] }', `regions: [eu-west-1, us-east-1], ${approval} }`)

/** A rehearsal in which al2023 is through, and web of ubuntu waits for an approval. */
const time = '2026-09-01T06:00:00Z'
const { served, run: rebake } = servedRehearsal(fleetText, {
  releases: ['al2023', 'ubuntu'].map((upstream) => ({ upstream, time })),
  faults: [parseFault('approval-forgotten=web')],
})
const json = async (...args: string[]) => {
  const { stdout, stderr } = await rebake([...args, '--json'])
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}
const of = (image: string) => served().summary.images.find((each) => each.image === image)

/** Follows until it is over, each line one change; does something once it has begun. */
async function follow(args: string[], meanwhile: () => Promise<unknown>) {
  let done: Promise<unknown> | undefined
  const { code, stdout, stderr } = await rebake(['status', ...args, '--follow', '--json'], {
    heard: () => {
      done ??= meanwhile()
    },
  })
  await done
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  return {
    code,
    stderr,
    lines,
    stepsOf: (image: string) => lines.flatMap((line) => (line.image === image ? line.step : [])),
  }
}

describe('a served rehearsal can be looked at', { timeout: slow }, () => {
  it('as it stands: what is open, what waits for whom, and what ended last', async () => {
    const state = await json('status')
    const [web, base] = [of('web'), of('base')]
    expect(state).toMatchObject({
      campaigns: [
        {
          campaign: web?.campaign,
          status: 'running',
          images: [
            {
              image: 'web',
              status: 'running',
              step: 'Request Approval',
              done: 0.78,
              version: '1.0.0/1',
              ami: web?.ami,
              waits: expect.stringMatching(/^approval for everyone until 2026-09-05 0/),
            },
          ],
        },
      ],
      ended: { campaign: base?.campaign, status: 'finished', images: [{ image: 'base' }, { image: 'java' }] },
      approvals: [{ campaign: web?.campaign, image: 'web', ring: 'everyone' }],
      held: [],
      operations: [],
    })
    // Its time is that of the rehearsal, not this machine's.
    expect(state.now).toMatch(/^2026-09-02T/)
    const { stdout, code } = await rebake(['status', web?.campaign ?? ''])
    expect(stdout).toMatch(
      /^ubuntu ami-\w+\n {2}ubuntu-ami-\w+: ubuntu released ami-\w+\n {2}running since 2026-09-01 06:00 UTC, 1d/,
    )
    expect(code).toBe(0)
  })

  it('does not know every campaign', async () => {
    const { code, stderr } = await rebake(['status', 'nobody'])
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'error: There is no campaign nobody. `npx --no-install rebake status` lists those that are open.\n',
    })
  })

  it('for where things come from, and what came of them', async () => {
    const [base, java] = [of('base'), of('java')]
    const down = await json('lineage', base?.parentAmi ?? '')
    expect(down).toMatchObject({
      upstream: { ami: base?.parentAmi, upstream: 'al2023', amiName: expect.stringMatching(/^soe-al2023-/) },
      ancestors: [],
      older: 0,
      descendants: [{ ami: base?.ami }, { ami: java?.ami }],
      channels: { [java?.ami ?? '']: ['candidate', 'stable'] },
    })
    const copy = down.descendants[1].distributed.everyone[3]
    expect(await json('lineage', copy.ami)).toMatchObject({
      release: { image: 'java', ami: java?.ami },
      place: { ring: 'everyone', ...copy },
      ancestors: [{ image: 'base', ami: base?.ami }],
      upstream: { ami: base?.parentAmi },
    })
    const { stdout } = await rebake(['lineage', 'java'])
    expect(stdout).toMatch(/\nsoe-al2023-\S+ +ami-\w+ +upstream\n└─ base 1\.0\.0\/1 .*\n {3}└─ java 1\.0\.0\/1 /)
  })

  it('while it goes on: an approval lets an image go on, and its release is history', async () => {
    const web = of('web')
    const campaign = web?.campaign ?? ''
    const { code, stderr, lines, stepsOf } = await follow([campaign], () =>
      rebake(['approve', campaign, 'web', '--yes']),
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(lines[0]).toMatchObject({ campaign, status: 'running' })
    expect(stepsOf('web').at(0)).toBe('Request Approval')
    expect(lines.findLast(({ image }) => image === 'web')).toMatchObject({ status: 'released' })
    expect(lines.at(-1)).toMatchObject({ campaign, status: 'finished' })
    const [entry] = (await json('history', 'web')).releases
    expect(entry).toMatchObject({
      release: {
        ami: web?.ami,
        version: '1.0.0/1',
        parentAmi: web?.parentAmi,
        campaign,
        releasedAt: expect.stringMatching(/^2026-09-0/),
        distributed: { canary: [{ account: '123456789012' }], everyone: [{}, {}, {}, {}] },
      },
      channels: ['candidate', 'stable'],
      trigger: { kind: 'release', upstream: 'ubuntu' },
      evidence: [{ check: 'ami', passed: true }],
    })
  })

  it('while a campaign of a person goes on, and then what came of what', async () => {
    const start = ['start', '--image', 'base', '--reason', 'to look at it', '--at', '2026-09-05T00:00:00Z']
    await rebake([...start, '--yes'])
    const { stdout, code } = await rebake(['status', 'manual-20260905T000000Z-base', '--follow'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\S+ \S+ {2}Campaign: manual: base\n/)
    expect(stdout).toMatch(/\n\S+ \S+ {2}java {2}released\n/)
    expect(stdout).toMatch(/\n {2}finished \S+ \S+ UTC after \S+ .*: 2 released\n/)
    const { releases, more } = await json('history', 'java', '--limit', '1')
    expect({ releases, more }).toMatchObject({
      releases: [
        {
          parent: { image: 'base' },
          trigger: { reason: 'to look at it' },
          channels: ['candidate', 'stable'],
        },
      ],
      more: 1,
    })
    expect((await json('lineage', of('base')?.parentAmi ?? '')).older).toBe(2)
  })
})
