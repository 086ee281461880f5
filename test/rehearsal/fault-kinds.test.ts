import { beforeAll, describe, expect, it } from 'vitest'
import { parseFleet } from '../../domain/fleet/parse.ts'
import type { EventEnvelope } from '../../emulator/event.ts'
import type { World } from '../../emulator/world/world.ts'
import { synthesize } from '../../infra/synthesize.ts'
import { type FaultKind, faultKinds, parseFault } from '../../rehearsal/faults.ts'
import { rehearse } from '../../rehearsal/rehearse.ts'
import { workIn } from '../../rehearsal/work.ts'
import { exampleDirectory } from '../support/fleets.ts'
import { slow, temporaryDirectory } from '../support/rehearsal.ts'
import { type Observed, signsOf } from './signs.ts'

/**
 * What each kind of fault changes at its target, and that it changes nothing else there. Two rehearsals differ in the
 * faults alone. The second has one of each kind, each with a target of its own: none gets in the way of another.
 */

const kinds = Object.keys(faultKinds) as FaultKind[]
const kindsOf = (target: string) => kinds.filter((kind) => faultKinds[kind].target === target)

/** A target is named after its fault. Functions and services have names already. */
const named: Partial<Record<FaultKind, string>> = {
  'handler-crashes': 'announce-campaign',
  'handler-hangs': 'summarise-campaign',
  'call-throttled': 'imagebuilder',
}
const targetOf = (kind: FaultKind) => named[kind] ?? kind

/** An event finds nobody waiting only where its function is warm: another image's event has come before. */
const parents: Partial<Record<FaultKind, string>> = { 'event-early': 'event-doubled' }

const scan = 'scanning: true, checks: { vulnerabilities: { critical: 0 } }'
const smokeTest = 'checks: { smoke: { script: components/payments-api.smoke.sh, timeout: 20m } }'
const licences = 'arn:aws:lambda:us-west-2:444455556666:function:licences'
/** What the image of a fault has, so that the fault can happen. */
const needs: Partial<Record<FaultKind, string>> = {
  'scan-finds': scan,
  'cve-found': scan,
  'smoke-fails': smokeTest,
  'smoke-unreachable': smokeTest,
  'smoke-hangs': smokeTest,
  'check-refuses': `checks: { custom: { licences: { function: "${licences}" } } }`,
  'no-capacity': 'infrastructure: zoned',
  'approval-rejected': 'rings: [asked]',
  'approval-forgotten': 'rings: [asked]',
}

const image = (name: string, parent: string, more = 'rings: [all]') =>
  `  ${name}: { parent: ${parent}, ${more.includes('infrastructure') ? '' : 'infrastructure: linux, '}components: [patch], volumes: [{ device: /dev/xvda, size: 8 }],` +
  ` estimate: 20m, timeout: 1h, ${more.includes('rings') ? more : `rings: [all], ${more}`} }`

/** Images without faults, each below one that has one. */
const below = { 'build-fails': 'skipped', 'execution-aborted': 'skipped', 'copy-fails': 'released' }

const fleet = parseFleet(
  `
name: small
build: { account: "111122223333", region: us-west-2 }
concurrentBakes: 100
upstreams:
${['soe', ...kindsOf('upstream')].map((name) => `  ${name}: { platform: Linux, ami: { owner: "444455556666", name: "${name}-*" } }`).join('\n')}
infrastructure:
  linux: { instanceTypes: [m7i.large] }
  zoned:
    instanceTypes: [m7i.large]
    network: { vpc: vpc-0a1b2c3d, subnets: [subnet-0a1b2c3d, subnet-0a1b2c3e], securityGroups: [sg-0a1b2c3d] }
components:
  patch: { platform: Linux, arn: "arn:aws:imagebuilder:us-west-2:aws:component/update-linux/x.x.x" }
images:
${kindsOf('image')
  .map((kind) => image(kind, parents[kind] ?? 'soe', needs[kind]))
  .join('\n')}
${kindsOf('upstream')
  .map((kind) => image(`on-${kind}`, kind))
  .join('\n')}
${Object.keys(below)
  .map((parent) => image(`below-${parent}`, parent))
  .join('\n')}
rings:
  all: { accounts: ["222233334444"], regions: [us-west-2] }
  asked:
    accounts: ["222233334444"]
    regions: [us-east-1]
    approval: { approvers: ["arn:aws:iam::111122223333:role/approvers"], timeout: 2d }
cves: { critical: 1 }
notify:
  slack:
${[...kindsOf('channel'), 'without-fault'].map((name) => `    ${name}: { secret: slack/${name}, kinds: [campaign-finished] }`).join('\n')}
`,
  'every-fault.yaml',
  () => '#!/bin/sh\n',
)

const time = '2026-09-01T06:00:00Z'

/** In both rehearsals a person stops one execution: only then does it matter who learns that it has ended. */
const stop = ({ stepFunctions }: World) => {
  const executions = [...stepFunctions.executions.values()]
  executions.find(({ input }) => workIn(input).endsWith('/settle-lost'))?.stop('Aborted', 'by a person')
}

let without: Observed
let having: Observed
beforeAll(async () => {
  const assembly = await synthesize({
    fleet,
    fleetDirectory: exampleDirectory,
    outdir: temporaryDirectory(),
    validate: false,
  })
  const observe = async (faults: string[]): Promise<Observed> => {
    const events: EventEnvelope[] = []
    const rehearsal = await rehearse({
      fleet,
      fleetFile: 'every-fault.yaml',
      assembly,
      releases: Object.keys(fleet.upstreams).map((upstream) => ({ upstream, time })),
      actions: [{ time: '2026-09-01T06:10:00Z', do: stop }],
      seed: 1,
      faults: faults.map(parseFault),
      onEvent: (event) => events.push(event),
    })
    await rehearsal.close()
    return { fleet, time, rehearsal, events }
  }
  without = await observe([])
  having = await observe(kinds.map((kind) => `${kind}=${targetOf(kind)}`))
}, 4 * slow)

describe.each(kinds)('%s', (kind) => {
  it('changes what it names, and nothing else', () => {
    const { target, expects } = faultKinds[kind]
    const [before, after] = [without, having].map((observed) => signsOf[target](observed, targetOf(kind)))
    const changes = Object.fromEntries(
      Object.entries(expects).map(([sign, value]) => [
        sign,
        value instanceof RegExp ? expect.stringMatching(value) : value,
      ]),
    )
    expect(changes).not.toEqual({})
    expect(after).toEqual({ ...before, ...changes })
    for (const [sign, value] of Object.entries(changes)) expect(before).not.toMatchObject({ [sign]: value })
  })
})

describe('what has no fault', () => {
  it.each(Object.entries(below))('an image below one with %s: %s', (parent, status) => {
    const [before, after] = [without, having].map((observed) => signsOf.image(observed, `below-${parent}`))
    expect(before).toMatchObject({ status: 'released', published: true })
    expect(after).toMatchObject({ status, published: status === 'released' })
  })

  it('another channel is posted to', () => {
    expect(signsOf.channel(having, 'without-fault').posted).toBe(true)
  })
})
