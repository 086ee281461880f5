import { beforeAll, expect, it } from 'vitest'
import type { World } from '../../emulator/index.ts'
import { oneImage } from '../support/one-image.ts'
import { slow, stageFor } from '../support/rehearsal.ts'

/** What `rebake doctor` finds in accounts and stops no deploy, but a campaign. */

const fleet = oneImage(['regions: [us-west-2] }', 'regions: [us-west-2], mode: share }'])
const { build } = fleet
const target = { account: '222233334444', region: 'us-west-2' }
const releases = [{ upstream: 'soe', time: '2026-09-01T06:00:00Z' }]
let stage: Awaited<ReturnType<typeof stageFor>>
beforeAll(async () => {
  stage = await stageFor(fleet)
}, slow)

const outcome = async (set: (world: World) => void) => {
  const actions = [{ time: '2026-09-01T06:00:00Z', do: set }]
  const { summary } = await stage.rehearse({ releases, actions })
  return summary.images.map(({ status, reason }) => `${status}: ${reason}`).join() || 'no campaign'
}
const onlyAmazon = { state: 'enabled' as const, criteria: [{ ImageProviders: ['amazon'] }] }

it.each<[string, (world: World) => void, RegExp]>([
  ['nothing', () => {}, /^released/],
  ['Allowed AMIs of the build account', ({ aws }) => aws.ec2.allowed.set(build, onlyAmazon), /^no campaign$/],
  [
    'Allowed AMIs of a target',
    ({ aws }) => aws.ec2.allowed.set(target, onlyAmazon),
    /^failed: a target does not have its AMI/,
  ],
  ['the vCPUs of the account', ({ aws }) => aws.quotas.values.set('ec2 L-1216C47A', 1), /^failed.*VcpuLimitExceeded/],
])('a campaign that goes ahead: %s', { timeout: slow }, async (_, set, expected) => {
  expect(await outcome(set)).toMatch(expected)
})
