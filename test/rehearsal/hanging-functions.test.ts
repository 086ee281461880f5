import { expect, it } from 'vitest'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { slow, stageFor } from '../support/rehearsal.ts'

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
  base: { parent: soe, infrastructure: linux, components: [patch], volumes: [{ device: /dev/xvda, size: 8 }] }
rings:
  all: { accounts: ["222233334444"], regions: [us-west-2] }
`,
  'small.yaml',
)

/** The functions of each machine that take part. */
const machines = {
  release: ['receive-release'],
  campaign: ['plan-campaign', 'announce-campaign', 'summarise-campaign'],
  rebake: ['acquire-lock', 'start-bake', 'run-check', 'mark-candidate', 'start-distribution'].concat([
    'verify-distribution',
    'publish-pointers',
    'release-image',
  ]),
}

it('every function hangs once until its time is over: released all the same, and none works on after its execution', {
  timeout: slow,
}, async () => {
  const faults = Object.values(machines).flatMap((names) => names.map((name) => `handler-hangs=${name}`))
  const { summary, world } = await (await stageFor(fleet)).rehearse({ faults })
  expect(summary.images.map(({ status }) => status)).toEqual(['released'])
  const executions = [...world.stepFunctions.executions.values()]
  // A call that waits for its token has the time of its wait: when that is over, it is made again.
  const givenUp = executions.flatMap(({ history }) =>
    history.events.filter((event) => event.taskTimedOutEventDetails?.resource === 'invoke'),
  )
  expect(givenUp).toEqual([])
  for (const [machine, names] of Object.entries(machines)) {
    const runs = executions.filter(({ stateMachine }) => stateMachine.name === `small-${machine}`)
    const roles = names.map((name) => name.replaceAll(/(?:^|-)(\w)/g, (_, first: string) => first.toUpperCase()))
    const calls = world.aws.calls.filter(({ principal }) => roles.some((role) => principal === `${role}Role`))
    expect(new Set(calls.map(({ principal }) => principal)).size).toBe(names.length)
    const late = calls.filter(({ time }) =>
      runs.every((run) => Date.parse(time) < run.startDate || Date.parse(time) > Number(run.stopDate)),
    )
    expect(late).toEqual([])
  }
})
