import { beforeAll, describe, expect, it } from 'vitest'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { lenient } from '../../emulator/index.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { readLines, slow, stageFor, temporaryDirectory } from '../support/rehearsal.ts'

const fleet = parseFleet(
  `
name: small
build: { account: "111122223333", region: us-west-2 }
upstreams:
  soe: { platform: Linux, ami: { owner: "444455556666", name: soe-* } }
infrastructure:
  linux: { instanceTypes: [m7i.large] }
components:
  hello:
    platform: Linux
    document:
      phases:
        - name: build
          steps: [{ name: Hello, action: ExecuteBash, inputs: { commands: [echo hello] } }]
images:
  base: { parent: soe, infrastructure: linux, components: [hello], volumes: [{ device: /dev/xvda, size: 8 }] }
rings:
  all: { accounts: ["222233334444"], regions: [us-west-2] }
`,
  'small.yaml',
)

let rehearsal: Rehearsal
const out = temporaryDirectory()
beforeAll(async () => {
  // As AWS most likely is: an answer that is late costs a wait, and a look after it.
  rehearsal = await (await stageFor(fleet)).rehearse({
    releases: ['01', '02'].map((day) => ({ upstream: 'soe', time: `2026-09-${day}T06:00:00Z` })),
    out,
    readings: lenient,
  })
}, slow)

describe('a rebake with one ring and no children', () => {
  it('takes 22 state transitions and 12 Lambda invocations at the most, once it is known how long copies take', () => {
    const [first, second] = rehearsal.summary.images
    expect([first?.status, second?.status]).toEqual(['released', 'released'])
    expect(second?.transitions).toBeLessThanOrEqual(22)
    expect(second?.lambdaInvocations).toBeLessThanOrEqual(12)
    // Where nobody knows how long copies take, it asks once more.
    expect(first?.transitions).toBeLessThanOrEqual(24)
  })

  it('counts as transitions what the history says', () => {
    const entered = readLines<{ executionArn: string; type: string }>(out, 'history.jsonl').filter(
      ({ executionArn, type }) => executionArn.includes(':small-rebake:') && type.endsWith('StateEntered'),
    )
    const counted = rehearsal.summary.images.reduce((sum, { transitions }) => sum + transitions, 0)
    expect(entered).toHaveLength(counted)
  })
})
