import { describe, expect, it } from 'vitest'
import { parseFleet } from '../../domain/fleet/parse.ts'
import type { World } from '../../emulator/index.ts'
import type { CloudAssemblySummary } from '../../infra/synthesize.ts'
import type { Rehearsal } from '../../rehearsal/rehearse.ts'
import { exampleFile } from '../support/fleets.ts'
import { mutantOf } from '../support/mutant-product.ts'
import { oneImage } from '../support/one-image.ts'
import { assemblyOf, slow, stageFor } from '../support/rehearsal.ts'

const hour = 3_600
const started = '2026-09-01T06:00:00Z'
const release = (hours: number, upstream = 'soe') => ({
  upstream,
  time: new Date(Date.parse(started) + hours * hour * 1000).toISOString().replace('.000', ''),
})
const place = { account: '111122223333', region: 'us-west-2', stack: 'one-build' }

const bakes = ({ world }: Rehearsal) =>
  world.aws.calls.filter(({ operation }) => operation === 'StartImagePipelineExecution')

describe('a first deployment', () => {
  // Upstreams that a build account may see nothing of when it is deployed.
  const fleet = parseFleet(
    `
name: one
build: { account: "111122223333", region: us-west-2 }
upstreams:
  by-event: { platform: Linux, event: { account: "444455556666", owner: "444455556666" } }
  by-parameter: { platform: Linux, parameter: { name: /soe/al2023, account: "444455556666" } }
  by-ami: { platform: Windows, ami: { owner: "444455556666", name: "soe-*" } }
infrastructure: { linux: { instanceTypes: [m7i.large] } }
components:
  update: { platform: Windows, arn: "arn:aws:imagebuilder:us-west-2:aws:component/update-windows/x.x.x" }
  noop: { platform: Linux, document: { phases: [{ name: build, steps: [{ name: A, action: ExecuteBash, inputs: { commands: ["true"] } }] }] } }
images:
  from-event: { parent: by-event, infrastructure: linux, components: [noop], volumes: [{ device: /dev/xvda, size: 20 }] }
  from-parameter: { parent: by-parameter, infrastructure: linux, components: [noop], volumes: [{ device: /dev/xvda, size: 20 }] }
  from-ami: { parent: by-ami, infrastructure: linux, components: [update], volumes: [{ device: /dev/sda1, size: 40 }] }
rings: { all: { accounts: ["222233334444"], regions: [us-west-2] } }
`,
    'first.yaml',
  )
  const nothing = Object.keys(fleet.upstreams).map((upstream) => `never-released=${upstream}`)

  it('of an account that sees no AMI of its upstreams succeeds, and bakes nothing', { timeout: slow }, async () => {
    const { rehearse } = await stageFor(fleet)
    const rehearsal = await rehearse({ faults: nothing, releases: [], start: started, for: 3 * hour })
    expect(rehearsal.world.stack(place)?.status).toBe('CREATE_COMPLETE')
    expect(bakes(rehearsal)).toEqual([])
  })

  it('is followed by bakes on what is released then', { timeout: slow }, async () => {
    const { rehearse } = await stageFor(fleet)
    const rehearsal = await rehearse({ faults: nothing, releases: [release(1, 'by-ami')], start: started })
    const released = rehearsal.summary.images.filter(({ status }) => status === 'released')
    expect(released.map(({ image }) => image)).toEqual(['from-ami'])
    expect(bakes(rehearsal)).toHaveLength(1)
  })
})

describe('a stack', () => {
  it('that was deleted, or failed when it was created, can be deployed again', { timeout: slow }, async () => {
    const { assembly, rehearse } = await stageFor(oneImage())
    const broken = mutantOf(assembly, {
      build: ({ Resources }) => {
        const nobodys = { PolicyDocument: { Statement: [] }, Roles: ['nobody'] }
        Resources.Last = { Type: 'AWS::IAM::Policy', Properties: nobodys, DependsOn: Object.keys(Resources) }
      },
    })
    const reported: unknown[] = []
    const again = async (world: World, { buildStack }: CloudAssemblySummary) => {
      const failure = await world.deploy(buildStack.template, place).then(
        () => '',
        (error: Error) => error.message,
      )
      const { status, leftBehind } = world.stack(place) ?? {}
      reported.push([status, failure, leftBehind])
    }
    const act = async (world: World) => {
      await world.destroy(place)
      reported.push(world.stack(place)?.leftBehind)
      await again(world, assembly)
      // The README: what is to be deleted before a second first deployment.
      await world.clock.hold(world.aws.dynamodb.deleteTable(place, 'one-ledger'))
      await again(world, broken)
      await again(world, assembly)
    }
    await rehearse({ releases: [release(0)], actions: [{ time: release(8).time, do: act }] })
    const ledger =
      "deploying Ledger failed: Resource of type 'AWS::DynamoDB::Table' with identifier 'one-ledger' already exists."
    expect(reported).toEqual([
      [],
      ['ROLLBACK_COMPLETE', ledger, []],
      ['ROLLBACK_COMPLETE', 'deploying Last failed: Last: there is no role nobody', []],
      ['CREATE_COMPLETE', '', []],
    ])
  })
})

describe('a changed fleet', () => {
  it('whose tags alone differ bakes AMIs with the new ones', { timeout: slow }, async () => {
    const { rehearse } = await stageFor(oneImage())
    const changed = oneImage(['team: a', 'team: b'])
    const { world } = await rehearse({
      releases: [release(0), release(6)],
      changes: [{ fleet: changed, fleetFile: exampleFile, after: 3 * hour, assembly: await assemblyOf(changed) }],
    })
    const baked = world.aws.ec2.list('us-west-2').filter(({ image }) => image.OwnerId === '111122223333')
    const teams = baked.map(({ image }) => image.Tags?.find(({ Key }) => Key === 'team')?.Value)
    expect(teams).toEqual(['a', 'b'])
  })

  it("whose component's description alone differs is deployed", { timeout: slow }, async () => {
    const { rehearse } = await stageFor(oneImage())
    const changed = oneImage(['Says hello', 'Greets everybody'])
    const { world } = await rehearse({
      releases: [release(0)],
      changes: [{ fleet: changed, fleetFile: exampleFile, after: 3 * hour, assembly: await assemblyOf(changed) }],
    })
    expect(world.stack(place)?.status).toBe('UPDATE_COMPLETE')
  })
})
