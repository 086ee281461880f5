import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deploymentOf } from '../../../cli/deployment/deployment.ts'
import { Environment } from '../../../cli/doctor/environment.ts'
import { examineAll } from '../../../cli/doctor/examine.ts'
import { preflightChecks } from '../../../cli/doctor/preflight.ts'
import { UnsupportedFeature, type World } from '../../../emulator/index.ts'
import { addAdoptedPipelines } from '../../../rehearsal/adopted-pipelines.ts'
import { closeWorlds, worldOf } from '../../emulator/world/small-world.ts'
import { oneImage } from '../../support/one-image.ts'
import { assemblyOf, slow } from '../../support/rehearsal.ts'

/** What stops a first deploy: the check finds it, and the deploy that goes ahead fails at it. */

const fleet = oneImage(
  ['rings:', 'notify: { slack: { ops: { secret: slack/ops } } }\nrings:'],
  ['    tags: { team: a }', '    tags: { team: a }\n    scanning: true'],
)
const { build } = fleet
let world: World
let clock: Awaited<ReturnType<typeof worldOf>>['clock']

const place = { ...build, stack: 'one-build' }

async function open() {
  ;({ world, clock } = await worldOf({}))
  const secret = `arn:aws:secretsmanager:${build.region}:${build.account}:secret:slack/ops-a1b2c3`
  world.aws.secretsmanager.addSecret({
    ...build,
    name: 'slack/ops',
    arn: secret,
    value: '{"url":"https://hooks.slack.com/services/T/B/x"}',
  })
  const soe = { account: '444455556666', region: build.region, Name: 'soe-1', sharedWith: [build.account] }
  world.aws.ec2.addImage({ ...soe, unannounced: true })
  addAdoptedPipelines(world, fleet)
}

const found = async () => {
  const environment = new Environment(deploymentOf(fleet, world.url, {}), {})
  const examined = await examineAll(preflightChecks, environment, () => undefined)
  return examined
    .filter(({ outcome }) => outcome !== 'pass')
    .map(({ check, findings }) => {
      const bad = findings.filter(({ outcome }) => outcome !== 'pass')
      return `${check.name}: ${bad.map(({ outcome, found, fix }) => `${outcome}: ${found} → ${fix}`).join('; ')}`
    })
}

/** Why the deploy fails, with what is there now; undefined where it does not. */
async function deployed(): Promise<string | undefined> {
  const { buildStack, functions } = await assemblyOf(fleet)
  const running = world.deploy(buildStack.template, place, { bundles: functions }).then(
    () => undefined,
    (error: Error) => error,
  )
  const [result] = await Promise.all([running, clock.run({ until: clock.now() + 3_600_000 })])
  if (result instanceof UnsupportedFeature) throw result
  return result?.message
}

afterAll(closeWorlds)

const arn = (service: string, rest: string) => `arn:aws:${service}:${build.region}:${build.account}:${rest}`
const role = (name: string) => ({
  account: build.account,
  name,
  arn: `arn:aws:iam::${build.account}:role/${name}`,
  logicalId: name,
  policies: [],
  trust: { Statement: [] },
})

describe.each<[string, () => void, RegExp, RegExp]>([
  [
    'a role',
    () => world.aws.addRole(role('one-start-bake')),
    /^no other has the name of the role: fail: the role one-start-bake is there already.* → Delete it if nobody needs it/,
    /one-start-bake' already exists/,
  ],
  [
    'a state machine',
    () =>
      world.stepFunctions.createStateMachine({
        name: 'one-campaign',
        definition: '{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Succeed"}}}',
        roleArn: '',
      }),
    /^no other has the name of the state machine: fail: the state machine one-campaign is there already/,
    /one-campaign' already exists/,
  ],
  [
    'a log group',
    () => world.aws.logs.add(build, '/aws/lambda/one-start-bake'),
    /^no other has the name of the log group: fail: the log group \/aws\/lambda\/one-start-bake is there already/,
    /\/aws\/lambda\/one-start-bake' already exists/,
  ],
  [
    'an event bus',
    () => world.aws.events.addBus(build, 'one-releases'),
    /^no other has the name of the event bus: fail: the event bus one-releases is there already/,
    /one-releases' already exists/,
  ],
  [
    'a key',
    () => {
      world.aws.kms.addKey({ arn: arn('kms', 'key/k'), enabled: true, policy: { Statement: [] } })
      world.aws.kms.addAlias(arn('kms', 'alias/one'), arn('kms', 'key/k'))
      const root = { AWS: `arn:aws:iam::${build.account}:root` }
      const all = { Effect: 'Allow' as const, Principal: root, Action: 'kms:*', Resource: '*' }
      world.aws.kms.addKey({ arn: arn('kms', 'key/k'), enabled: true, policy: { Statement: [all] } })
    },
    /^no other has the name of the key: fail: the key alias\/one is there already/,
    /alias\/one' already exists/,
  ],
  [
    'a policy that AWS does not have',
    () => world.aws.iamService.managedPolicies.delete('EC2ImageBuilderExecutionPolicy'),
    /^policies that AWS manages: fail: AWS has no policy arn:aws:iam::aws:policy\/EC2ImageBuilderExecutionPolicy/,
    /EC2ImageBuilderExecutionPolicy does not exist or is not attachable/,
  ],
  [
    'Amazon Inspector, off',
    () => world.aws.inspector.off.add(build.account),
    /^Amazon Inspector: fail: scanning of EC2 is DISABLED.* → Enable it: aws inspector2 enable/,
    /needs Amazon Inspector/,
  ],
  [
    'the quota of pipelines',
    () => world.aws.quotas.values.set('imagebuilder L-7A0E01E3', 0),
    /^Image Builder: Image pipelines: fail: 1 pipelines in the account, and the quota is 0 → Have "Image pipelines" raised/,
    /quota of 0 image pipelines/,
  ],
  [
    'the concurrency of functions',
    () => world.aws.quotas.values.set('lambda L-B99A9384', 100),
    /Lambda: unreserved concurrency: fail: .*reserve 1, 100 are unreserved.* → Have "Concurrent executions" raised to 101/s,
    /below its minimum value of \[100\]/,
  ],
])('%s', (_, plant, reported, refused) => {
  beforeAll(open, slow)

  it('is found by the check, and stops the deploy that goes ahead', { timeout: slow }, async () => {
    expect(await found()).toEqual([])
    plant()
    expect((await found()).join('\n')).toMatch(reported)
    expect(await deployed()).toMatch(refused)
  })
})

it('passes what is sound, and it deploys', { timeout: slow }, async () => {
  await open()
  expect(await found()).toEqual([])
  expect(await deployed()).toBeUndefined()
})
