import { beforeAll, describe, expect, it } from 'vitest'
import { parseFleet } from '../../domain/fleet/parse.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { slow, stageFor } from '../support/rehearsal.ts'

const image = (name: string, parent: string) =>
  `  ${name}: { parent: ${parent}, infrastructure: linux, components: [patch], volumes: [{ device: /dev/xvda, size: 8 }] }`

/** Three generations and a sibling. */
const fleet = parseFleet(
  `
name: small
build: { account: "111122223333", region: us-west-2 }
upstreams:
  soe: { platform: Linux, ami: { owner: "444455556666", name: soe-* } }
infrastructure:
  linux: { instanceTypes: [m7i.large] }
components:
  patch: { platform: Linux, arn: "arn:aws:imagebuilder:us-west-2:aws:component/update-linux/x.x.x" }
images:
${[image('base', 'soe'), image('java', 'base'), image('orders', 'java'), image('node', 'base')].join('\n')}
rings:
  all: { accounts: ["222233334444"], regions: [us-west-2] }
`,
  'small.yaml',
)
const images = Object.keys(fleet.images)

let stage: Awaited<ReturnType<typeof stageFor>>
let healthy: Rehearsal
beforeAll(async () => {
  stage = await stageFor(fleet)
  healthy = await stage.rehearse()
}, slow)

const endsOf = ({ summary }: Rehearsal) =>
  Object.fromEntries(summary.images.map(({ image: name, status }) => [name, status]))
const lasts = ({ world }: Rehearsal) => {
  const campaign = [...world.stepFunctions.executions.values()].find(({ arn }) => arn.includes(':small-campaign:'))
  return (Number(campaign?.stopDate) - Number(campaign?.startDate)) / 1000
}

it('a start of each image that is refused once costs seconds', { timeout: slow }, async () => {
  const late = await stage.rehearse({ faults: images.map((name) => `start-throttled=${name}`) })
  expect(endsOf(late)).toEqual(Object.fromEntries(images.map((each) => [each, 'released'])))
  expect(Math.abs(lasts(late) - lasts(healthy))).toBeLessThan(600)
  const kinds = [late, healthy].map(({ notifications }) =>
    notifications.map(({ attributes }) => attributes.kind).sort(),
  )
  expect(kinds[0]).toEqual(kinds[1])
})

describe('a start that is always refused', () => {
  it.each([
    ['base', { base: 'failed', java: 'skipped', orders: 'skipped', node: 'skipped' }],
    ['java', { base: 'released', java: 'failed', orders: 'skipped', node: 'released' }],
  ])('of %s is reported with its reason: %j', { timeout: slow }, async (name, ends) => {
    const refused = await stage.rehearse({ faults: [`start-refused=${name}`] })
    expect(endsOf(refused)).toEqual(ends)
    const failures = refused.notifications.filter(({ attributes }) => attributes.kind === 'image-failed')
    expect(failures).toHaveLength(1)
    expect(failures[0]?.subject).toBe(`Failed: ${name} was not released`)
    expect(failures[0]?.message).toContain('AWSStepFunctionsException: Rate exceeded')
    for (const { image: each, status, reason } of refused.summary.images)
      if (status !== 'released')
        expect(reason).toMatch(each === name ? /did not start its rebake/ : `it descends from ${name}, which failed`)
    const [campaign] = refused.summary.campaigns
    expect(campaign?.status).not.toBe('running')
  })
})
