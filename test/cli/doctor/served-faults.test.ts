import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Image } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deploymentOf } from '../../../cli/deployment/deployment.ts'
import { checks } from '../../../cli/doctor/checks.ts'
import { Environment } from '../../../cli/doctor/environment.ts'
import { type Examined, examineAll } from '../../../cli/doctor/examine.ts'
import { doctor } from '../../../cli/doctor/run.ts'
import { fleetFingerprints } from '../../../domain/fleet/fleet-fingerprint.ts'
import { imageFingerprints } from '../../../domain/fleet/image-fingerprint.ts'
import type { Fleet } from '../../../domain/fleet/model.ts'
import type { AwsEndpoint } from '../../../emulator/aws-endpoint.ts'
import type { Rehearsal } from '../../../rehearsal/rehearse.ts'
import { exampleDirectory, exampleFleet, readBesideExample } from '../../support/fleets.ts'
import { slow, stageFor } from '../../support/rehearsal.ts'
import { caughtOutput } from '../stdout.ts'
import { change, deedsIn, must, roleArn, setOf } from './actions.ts'

const sharedKey = 'arn:aws:kms:us-east-1:777788889999:key/0a1b2c3d-1234-5678-9abc-0123456789ab'

const notes = 'arn:aws:lambda:us-west-2:111122223333:function:notes'

/** The example, with a Slack channel, a function that subscribes, a launch template, and keys of the targets. */
function fleetWithAll(): Fleet {
  const fleet = exampleFleet()
  const { early, everyone } = fleet.rings
  if (!early || !everyone) throw new Error('the example has other rings now')
  early.launchTemplates = [{ name: 'web', default: true }]
  early.kmsKeys = { 'us-west-2': 'arn:aws:kms:us-west-2:{account}:alias/golden' }
  everyone.kmsKeys = { 'us-east-1': sharedKey }
  Object.assign(fleet.infrastructure.linux ?? {}, { keyPair: 'break-glass' })
  fleet.notify.subscriptions.notes = { lambda: notes, severity: 'info' }
  fleet.notify.slack = { golden: { secret: 'slack/golden', severity: 'info' } }
  return fleet
}

const fleet = fleetWithAll()
const { build } = fleet
const early = '222233334444'
const other = '555566667777'
const fingerprints = fleetFingerprints(fleet, imageFingerprints(fleet, readBesideExample))
let rehearsal: Rehearsal
let aws: AwsEndpoint
beforeAll(async () => {
  rehearsal = await (await stageFor(fleet)).rehearse({ serve: true })
  aws = rehearsal.world.aws
}, slow)
afterAll(() => rehearsal.close())

const examine = (known = fingerprints) =>
  examineAll(checks, new Environment(deploymentOf(fleet, rehearsal.url), known), () => undefined)

const notPassed = (examined: Examined[]) =>
  examined
    .filter(({ outcome }) => outcome !== 'pass')
    .map(({ check, outcome, findings }) => ({
      check: check.name,
      outcome,
      reported: findings.filter((each) => each.outcome !== 'pass').map(({ found, fix }) => `${found} → ${fix}`),
    }))

const actions = deedsIn(() => aws, build)
const { operate, arn, removeRole, setQuota, removeParameter, retypeParameter, labelOldVersion } = actions
const { deregister, subscription, disablePipeline } = actions

interface Fault {
  /** What is done; returns what takes it back. */
  plant: () => (() => unknown) | Promise<() => unknown>
  /** The checks that find it, and no others. */
  finds: string[]
  /** In what they tell: what was found, and how to fix it. */
  reported: RegExp
}

const publishRole = 'the role that publishes, in every target'
const rules = "rules let through this fleet's events, and nobody else's"
const payments = '/golden/images/payments-api'

const faults: Record<string, Fault> = {
  'a key pair is gone': {
    plant: () => {
      aws.ec2.keyPairs.remove('break-glass', build)
      return () => aws.ec2.keyPairs.add('break-glass', build)
    },
    finds: ['EC2: key pairs of build instances'],
    reported:
      /has no key pair break-glass in us-west-2, and infrastructure.linux.keyPair names it.* → Make or import it/,
  },
  'the role that publishes is gone from a target': {
    plant: () => removeRole('golden-publish', early),
    finds: [publishRole],
    reported:
      /account 222233334444 lets nobody in through golden-publish.* → Deploy the stack golden-target-account there/,
  },
  'it trusts another external id': {
    plant: () =>
      change(aws.iam.roleNamed(other, 'golden-publish'), {
        trust: {
          Statement: [
            {
              Effect: 'Allow',
              Action: 'sts:AssumeRole',
              Principal: { AWS: build.account },
              Condition: { StringEquals: { 'sts:ExternalId': 'bronze' } },
            },
          ],
        },
      }),
    finds: [publishRole],
    reported: /account 555566667777 .* trust the build account with the external id golden/,
  },
  'it may not look at the other role, as one of an older version': {
    plant: () => {
      const role = must(aws.iam.roleNamed(early, 'golden-publish'))
      const allows = JSON.stringify(role.policies).replaceAll('iam:GetRole', 'iam:GetUser')
      return change(role, { policies: JSON.parse(allows) })
    },
    finds: [publishRole],
    reported: /could not look at all of 222233334444: .*iam:GetRole.* → Deploy the stack golden-target-account/,
  },
  'the role that Image Builder copies through is gone': {
    plant: () => removeRole('EC2ImageBuilderDistributionCrossAccountRole', other),
    finds: ['the role that Image Builder copies through, in every target'],
    reported: /account 555566667777 has no role EC2ImageBuilderDistributionCrossAccountRole.* → Deploy/,
  },
  'a target has not enabled a region': {
    plant: () => setOf(aws.ec2.regions.notOptedIn, `${early}/us-east-1`),
    finds: ['regions, in every target'],
    reported: /account 222233334444 has not enabled us-east-1 → Enable it there \(aws account enable-region/,
  },
  'the build account has not enabled a region': {
    plant: () => setOf(aws.ec2.regions.notOptedIn, `${build.account}/us-east-1`),
    finds: ['regions, in the build account'],
    reported: /the build account 111122223333 has not enabled us-east-1/,
  },
  'an upstream shares its AMIs no more': {
    plant: async () => {
      const principal = aws.iam.operator('444455556666')
      const describe = { principal, service: 'ec2', operation: 'DescribeImages' }
      const Filters = [{ Name: 'name', Values: ['soe-windows-2022-*'] }]
      const { Images } = (await aws.call({ ...describe, input: { Filters } })) as { Images: Image[] }
      const amis = Images.map(({ ImageId = '' }) => must(aws.ec2.get(ImageId, build.region)))
      for (const { sharedWith } of amis) sharedWith.delete(build.account)
      return () => amis.map(({ sharedWith }) => sharedWith.add(build.account))
    },
    finds: ['upstreams', 'parents'],
    reported:
      /no image can be baked on windows-soe: account 444455556666 shares no x86_64 AMI.* → Have its owner share the newest AMI/,
  },
  'an upstream has a second volume': {
    plant: () => {
      const [ami] = aws.ec2.list(build.region).filter(({ image }) => image.Name.startsWith('soe-windows'))
      const { BlockDeviceMappings = [] } = must(ami).image
      const second = { DeviceName: 'xvdf', Ebs: { VolumeSize: 5, Encrypted: false } }
      return change(ami?.image, { BlockDeviceMappings: [...BlockDeviceMappings, second] })
    },
    finds: ['what images are baked on'],
    reported:
      /^windows-hardened cannot be baked on ami-\w+: its volume xvdf \(5 GiB\) is not encrypted.* add \{ device: xvdf \} to images.windows-hardened.volumes/,
  },
  'the key of the fleet is disabled': {
    plant: () => change(aws.kms.key(arn('kms', 'alias/golden')), { enabled: false }),
    finds: ["the fleet's key"],
    reported: /is Disabled.* → Enable it: aws kms enable-key --key-id arn:aws:kms/,
  },
  'its policy has forgotten a target': {
    plant: () => {
      const key = must(aws.kms.key(arn('kms', 'alias/golden')))
      return change(key, { policy: JSON.parse(JSON.stringify(key.policy).replaceAll(other, '999988887777')) })
    },
    finds: ["the policy of the fleet's key"],
    reported: /does not let 555566667777 use it.* → Deploy the fleet/,
  },
  'the key of the fleet in another region is disabled': {
    plant: () => change(aws.kms.key(`arn:aws:kms:us-east-1:${build.account}:alias/golden`), { enabled: false }),
    finds: ["the fleet's key"],
    reported: /the key arn:aws:kms:us-east-1:.* is Disabled.* → Enable it/,
  },
  'Auto Scaling of a target has no grant': {
    plant: () => {
      const key = must(aws.kms.key(`arn:aws:kms:us-east-1:${build.account}:alias/golden`)).arn
      const role = `arn:aws:iam::${early}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`
      aws.kms.revokeGrants(key, role)
      const input = { KeyId: key, GranteePrincipal: role, Operations: ['Decrypt'] }
      return () =>
        aws.call({
          principal: aws.iam.operator(),
          service: 'kms',
          operation: 'CreateGrant',
          input,
          region: 'us-east-1',
        })
    },
    finds: ['grants for Auto Scaling, in every target'],
    reported:
      /Auto Scaling of 222233334444 cannot launch what the key arn:aws:kms:us-east-1:.* encrypts.* aws kms create-grant --region us-east-1/,
  },
  'the key of a target is disabled': {
    plant: () => change(aws.kms.key(`arn:aws:kms:us-west-2:${early}:alias/golden`), { enabled: false }),
    finds: ['keys of the targets'],
    reported: /alias\/golden, which encrypts the copies of 222233334444, is Disabled → Create or enable it there/,
  },
  'a key of a ring is disabled': {
    plant: () => change(aws.kms.key(sharedKey), { enabled: false }),
    finds: ['keys of the rings'],
    reported: /the key arn:aws:kms:us-east-1:777788889999:key\/0a1b2c3d.* is Disabled.* → Enable it/,
  },
  'fewer pipelines are allowed than the fleet has': {
    plant: () => setQuota('imagebuilder L-7A0E01E3', 11),
    finds: ['Image Builder: Image pipelines'],
    reported:
      /12 pipelines in the account, and the quota is 11 → Have "Image pipelines" raised to 12.*--quota-code L-7A0E01E3/,
  },
  'fewer builds are allowed at once': {
    plant: () => setQuota('imagebuilder L-BA4D191B', 5),
    finds: ['Image Builder: Concurrent builds'],
    reported: /12 bakes at once.*quota is 5 → /,
  },
  'the account is new, and may run ten functions at once': {
    plant: () => setQuota('lambda L-B99A9384', 10),
    finds: ['Lambda: Concurrent executions'],
    reported: /113 functions at once.*quota is 10 → /,
  },
  'the account may have fewer vCPUs than its bakes need': {
    plant: () => setQuota('ec2 L-1216C47A', 5),
    finds: ['EC2: vCPUs of build instances'],
    reported:
      /12 bakes at once \(concurrentBakes\) need \d+ vCPUs.*quota is 5.* → Have "Running On-Demand.*lower concurrentBakes/,
  },
  'the build account admits the AMIs of nobody else': {
    plant: () => {
      aws.ec2.allowed.set(build, { state: 'enabled', criteria: [{ ImageProviders: ['amazon'] }] })
      return () => aws.ec2.allowed.set(build, { state: 'disabled', criteria: [] })
    },
    finds: ['upstreams', 'Allowed AMIs of the build account', 'parents'],
    reported:
      /Allowed AMIs of 111122223333 us-west-2 hides the AMIs of 444455556666: no image can be baked on al2023-soe → Add 444455556666 to the ImageProviders/,
  },
  'the build account would admit them no more': {
    plant: () => {
      aws.ec2.allowed.set(build, { state: 'audit-mode', criteria: [{ ImageProviders: ['none'] }] })
      return () => aws.ec2.allowed.set(build, { state: 'disabled', criteria: [] })
    },
    finds: ['Allowed AMIs of the build account'],
    reported: /would hide, when its audit mode ends,/,
  },
  'AWS has not the policy that bakes': {
    plant: () => {
      aws.iamService.managedPolicies.delete('EC2ImageBuilderExecutionPolicy')
      return () => aws.iamService.managedPolicies.add('EC2ImageBuilderExecutionPolicy')
    },
    finds: ['policies that AWS manages'],
    reported: /AWS has no policy arn:aws:iam::aws:policy\/EC2ImageBuilderExecutionPolicy/,
  },
  'a rule is disabled': {
    plant: () => change(aws.events.rule(build, 'golden-complete-wait'), { state: 'DISABLED' }),
    finds: ['rules'],
    reported: /golden-complete-wait is disabled.* → Enable it: aws events enable-rule --name golden-complete-wait/,
  },
  'a rule goes elsewhere': {
    plant: () => change(aws.events.rule(build, 'golden-receive-cve'), { targets: [] }),
    finds: ['rules'],
    reported: /golden-receive-cve does not go to golden-receive-cve → Deploy the fleet/,
  },
  'a rule lets through every image of the account': {
    plant: () => {
      const rule = must(aws.events.rule(build, 'golden-complete-wait'))
      const { resources: _, ...wider } = rule.pattern as Record<string, unknown>
      return change(rule, { pattern: wider })
    },
    finds: [rules],
    reported: /golden-complete-wait also lets through what is not of this fleet → Deploy the fleet/,
  },
  'a rule lets through nothing of ours': {
    plant: () => change(aws.events.rule(build, 'golden-settle-execution'), { pattern: { source: ['aws.ec2'] } }),
    finds: [rules],
    reported: /golden-settle-execution does not let through the events of this fleet/,
  },
  'somebody else starts campaigns': {
    plant: () => {
      const targets = [{ Id: 'x', Arn: arn('states', 'stateMachine:golden-campaign') }]
      aws.events.addRule({ ...build, name: 'nightly', pattern: {}, targets })
      return () => change(aws.events.rule(build, 'nightly'), { targets: [] })
    },
    finds: ["no other rule starts the fleet's functions and machines"],
    reported: /nightly on the bus default.*starts golden-campaign → Delete it/,
  },
  'the releases bus admits nobody': {
    plant: () => {
      const policy = aws.events.policyOf(build, 'golden-releases')
      const before = policy.splice(0)
      return () => policy.push(...before)
    },
    finds: ['the releases bus admits the upstream accounts'],
    reported: /does not let 444455556666 put events.* → Deploy the fleet/,
  },
  'a parent is gone': {
    plant: () => removeParameter(`${payments}/parent`, build),
    finds: ['parents'],
    reported:
      /there is no parameter \/golden\/images\/payments-api\/parent.* → Put the AMI of its parent there: aws ssm put-parameter --name \S+ --type String --value AMI/,
  },
  'a parent is of the type of AMIs': {
    plant: () => retypeParameter(`${payments}/parent`, 'aws:ec2:image'),
    finds: ['parents'],
    reported:
      /payments-api\/parent is of the data type aws:ec2:image, .* → .*aws ssm delete-parameter --name \S+ && aws ssm put-parameter --name \S+ --type String --value ami-/,
  },
  'a label keeps an old version of a candidate': {
    plant: () => labelOldVersion(`${payments}/candidate`, build, 100),
    finds: ['candidates, stable and previous'],
    reported: /payments-api\/candidate has 100 of 100 versions, and the oldest has the label prod.* → Move the label/,
  },
  'a label keeps an old version of the parameter of a target': {
    plant: () => labelOldVersion('/golden-images/payments-api', { account: early, region: 'us-east-1' }, 100),
    finds: ['parameters of the targets'],
    reported: /\/golden-images\/payments-api of 222233334444 us-east-1 has 100 of 100 versions.* → Move the label/,
  },
  'the AMI of a candidate is gone': {
    plant: () => deregister(`${payments}/candidate`, build),
    finds: ['candidates, stable and previous'],
    reported: /payments-api\/candidate holds ami-\w+, and there is no such AMI.* → Rebake the image/,
  },
  'the AMI of a target is gone': {
    plant: () => deregister('/golden-images/payments-api', { account: early, region: 'us-east-1' }),
    finds: ['parameters of the targets'],
    reported: /\/golden-images\/payments-api of 222233334444 us-east-1 holds ami-\w+.* → Point it to a release/,
  },
  'nobody has confirmed a subscription': {
    plant: () => change(subscription('golden-notifications', 'payments-team@example.com'), { pending: true }),
    finds: ['subscriptions to notifications'],
    reported: /email payments-team@example.com has not confirmed.* → Follow the link in the mail/,
  },
  'somebody has unsubscribed from alarms': {
    plant: () => change(subscription('golden-alarms', 'platform-team@example.com'), { endpoint: 'x@example.com' }),
    finds: ['subscriptions to alarms'],
    reported: /platform-team@example.com does not subscribe to golden-alarms.* → Subscribe it again: aws sns subscribe/,
  },
  'a function that subscribes lets another topic in': {
    plant: () => {
      const [statement] = must(aws.lambda.policies.get(notes)).Statement
      return change(statement, { Condition: { ArnLike: { 'AWS:SourceArn': arn('sns', 'bronze-notifications') } } })
    },
    finds: ['functions that subscribe'],
    reported:
      /function:notes does not let .*:golden-notifications invoke it.* → Let it: aws lambda add-permission .*--principal sns/,
  },
  'a function that subscribes has no policy': {
    plant: () => {
      const policy = must(aws.lambda.policies.get(notes))
      aws.lambda.policies.delete(notes)
      return () => aws.lambda.policies.set(notes, policy)
    },
    finds: ['functions that subscribe'],
    reported: /function:notes does not let/,
  },
  'the secret of a Slack channel is gone': {
    plant: () => {
      aws.secretsmanager.removeSecret(build, 'slack/golden')
      return () =>
        aws.secretsmanager.addSecret({ ...build, ...secret('{"token":"xoxb-rehearsal","channel":"golden"}') })
    },
    finds: ['secrets of Slack channels'],
    reported: /nothing can be posted to golden: secret slack\/golden: there is none of this name.* → Put it there/,
  },
  'the secret of a Slack channel is no JSON, and is not quoted': {
    plant: () => {
      aws.secretsmanager.removeSecret(build, 'slack/golden')
      aws.secretsmanager.addSecret({ ...build, ...secret('xoxb-very-secret') })
      return () => {
        aws.secretsmanager.removeSecret(build, 'slack/golden')
        aws.secretsmanager.addSecret({ ...build, ...secret('{"token":"xoxb-rehearsal","channel":"golden"}') })
      }
    },
    finds: ['secrets of Slack channels'],
    reported: /^(?!.*xoxb).*it must be JSON/s,
  },
  'a pipeline is disabled': {
    plant: () => disablePipeline('golden-orders-api'),
    finds: ['pipelines'],
    reported: /orders-api, pipeline golden-orders-api: it is disabled: enable it, which no deploy does →/,
  },
  'the service-linked role is gone': {
    plant: () => removeRole('AWSServiceRoleForImageBuilder', build.account),
    finds: ['the service-linked role of Image Builder'],
    reported: /→ Create it: aws iam create-service-linked-role --aws-service-name imagebuilder.amazonaws.com/,
  },
  'Amazon Inspector is off': {
    plant: () => setOf(aws.inspector.off, build.account),
    finds: ['Amazon Inspector'],
    reported: /scanning of EC2 is DISABLED.*one image is to be scanned → Enable it: aws inspector2 enable/,
  },
  'a schedule is disabled': {
    plant: () => change(aws.scheduler.schedule(build, 'golden-poll-upstreams'), { State: 'DISABLED' }),
    finds: ['schedules'],
    reported: /the schedule golden-poll-upstreams is disabled.* → Enable it/,
  },
  'an event could not be delivered': {
    plant: () => {
      aws.sqs.put(arn('sqs', 'golden-dead-letters'), { id: '1', body: '{}', sent: new Date() })
      const QueueUrl = `https://sqs.${build.region}.amazonaws.com/${build.account}/golden-dead-letters`
      return () => operate('sqs', 'PurgeQueue', { QueueUrl })
    },
    finds: ['dead letters'],
    reported: /1 event could not be delivered.* → Read what they say/,
  },
}

const secret = (value: string) => ({
  name: 'slack/golden',
  arn: arn('secretsmanager', 'secret:slack/golden-a1b2c3'),
  value,
})

describe('the command', () => {
  const output = caughtOutput()
  // The file differs from what is deployed here, and that is no failure.
  const directory = mkdtempSync(join(tmpdir(), 'rebake-'))
  const file = join(directory, 'fleet.yaml')
  beforeAll(() => {
    cpSync(exampleDirectory, directory, { recursive: true })
    // The fleet that is deployed, with its keys in another order.
    const [accounts, others] = Object.values(fleet.rings).map(
      (ring) => `    accounts: ${JSON.stringify(ring.accounts)}`,
    )
    const [early = {}, everyone = {}] = Object.values(fleet.rings).map((ring) => ring.kmsKeys)
    const edits = [
      [
        / {4}accounts: \["222233334444"\]/,
        `${accounts}\n    launchTemplates: [web]\n    kmsKeys: ${JSON.stringify(early)}`,
      ],
      [/ {4}accounts: \["555566667777".*/, `${others}\n    kmsKeys: ${JSON.stringify(everyone)}`],
      [/ {2}email: \[platform-team@example.com\]/, '$&\n  slack: { golden: { secret: slack/golden } }'],
    ] as const
    writeFileSync(
      file,
      edits.reduce((text, [from, to]) => text.replace(from, to), readBesideExample('fleet.yaml')),
    )
  })
  afterAll(() => rmSync(directory, { recursive: true }))
  const options = () => ({ fleet: file, endpointUrl: must(rehearsal.url) })

  it('prints all that it examined, and how it went', { timeout: slow }, async () => {
    await doctor(options())
    expect(output()).toMatch(/ {2}⚠ the fleet as deployed\n {4}.*: infrastructure linux, rings early.*\n {4}→ Deploy/)
    expect(output()).toMatch(/\d\d checks, 1 warning\.\n$/)
    expect(process.exitCode).toBeUndefined()
  })

  it('fails where a check does, and prints JSON where it is asked to', { timeout: slow }, async () => {
    const takeBack = removeRole('golden-publish', early)
    await doctor({ ...options(), json: true })
    takeBack()
    const { sound, checks: examined } = JSON.parse(output())
    expect(sound).toBe(false)
    expect(process.exitCode).toBe(1)
    expect(examined).toHaveLength(checks.length)
    expect(examined).toContainEqual({
      group: 'Accounts',
      name: publishRole,
      outcome: 'fail',
      findings: [{ outcome: 'fail', found: expect.stringMatching(early), fix: expect.stringMatching(/^Deploy/) }],
    })
  })
})

it('finds nothing wrong in a sound environment', { timeout: slow }, async () => {
  expect(notPassed(await examine())).toEqual([])
})

it.each(Object.entries(faults))('finds that %s, and nothing else', { timeout: slow }, async (_, fault) => {
  const takeBack = await fault.plant()
  const found = notPassed(await examine())
  await takeBack()
  expect(found.map(({ check }) => check)).toEqual(fault.finds)
  expect(found.flatMap(({ reported }) => reported).join('\n')).toMatch(fault.reported)
})

it('finds nothing wrong when all of them are taken back', { timeout: slow }, async () => {
  expect(notPassed(await examine())).toEqual([])
})

it('says what is not as it was deployed', { timeout: slow }, async () => {
  const found = notPassed(await examine({ ...fingerprints, 'images payments-api': 'changed', 'images new': 'x' }))
  expect(found).toEqual([
    {
      check: 'the fleet as deployed',
      outcome: 'warning',
      reported: [expect.stringMatching(/another fleet than this file: images payments-api and images new → Deploy/)],
    },
  ])
})

it('passes nothing that the caller may not look at, and says what it takes', { timeout: slow }, async () => {
  aws.addRole({
    account: build.account,
    logicalId: 'Nobody',
    name: 'nobody',
    arn: roleArn('nobody', build.account),
    trust: { Statement: [] },
    policies: [{ Statement: [{ Effect: 'Allow', Action: 'states:*', Resource: '*' }] }],
  })
  const deployment = deploymentOf(fleet, rehearsal.url)
  const credentials = aws.credentialsFor(aws.iam.principalOf(roleArn('nobody', build.account), 'somebody'))
  const config = { ...deployment.config, credentials }
  const environment = new Environment({ ...deployment, config }, fingerprints)
  const examined = await examineAll(checks, environment, () => undefined)
  const seen = examined.filter(({ outcome }) => outcome !== 'unknown').map(({ check }) => check.name)
  expect(seen).toEqual(['state machines', 'Parameter Store: standard parameters', 'Lambda: unreserved concurrency'])
  const unknown = examined.filter(({ check }) => !seen.includes(check.name))
  const wrong = unknown.flatMap(({ check, findings }) => {
    const [, action = 'nothing'] = findings.at(-1)?.fix.match(/^It needs ([\w:]+)\.$/) ?? []
    return check.permissions.includes(action) ? [] : [`${check.name}: ${findings.at(-1)?.found}`]
  })
  expect(wrong).toEqual([])
})

it('tells of a fleet that is not deployed what it can', { timeout: slow }, async () => {
  const bronze = deploymentOf({ ...fleet, name: 'bronze' }, rehearsal.url)
  const examined = await examineAll(checks, new Environment(bronze, fingerprints), () => undefined)
  const of = (outcome: string) => examined.filter((each) => each.outcome === outcome).map(({ check }) => check)
  expect(of('fail').map(({ name }) => name)).toEqual(['state machines'])
  expect(of('unknown').every(({ beforeDeploy }) => !beforeDeploy)).toBe(true)
  expect(of('pass').every(({ beforeDeploy }) => beforeDeploy)).toBe(true)
})
