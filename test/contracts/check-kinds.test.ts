import { DescribeImagesCommand, EC2Client, type Image as Ec2Image } from '@aws-sdk/client-ec2'
import {
  GetImageCommand,
  ImagebuilderClient,
  ListImagePackagesCommand,
  ListImageScanFindingsCommand,
} from '@aws-sdk/client-imagebuilder'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import {
  GetAutomationExecutionCommand,
  PutParameterCommand,
  SSMClient,
  StartAutomationExecutionCommand,
  StopAutomationExecutionCommand,
} from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { stringify } from 'yaml'
import { type CheckKind, type CheckOrder, checkSchemas } from '../../domain/check-kinds.ts'
import type { Image } from '../../domain/fleet/model.ts'
import { parseFleet } from '../../domain/fleet/parse.ts'
import { orderChecks } from '../../domain/planning/check-order.ts'
import { resume, WaitEvent } from '../../functions/complete-wait/complete-wait.ts'
import { markCandidate } from '../../functions/mark-candidate/mark-candidate.ts'
import { checkEvents, type KindWithEvent } from '../../infra/check-events.ts'
import { keyOf } from '../../ledger/keys.ts'
import {
  ami,
  campaign,
  checking,
  image,
  imageArn,
  parentAmi,
  parentArn,
  secondsIn,
} from '../functions/run-check/checking.ts'
import { slow, synth } from '../infra/fixture.ts'
import { seed } from '../support/ledger.ts'
import { mockOf } from '../support/mocks.ts'
import { keepParameters } from '../support/parameters.ts'
import { allowed } from '../support/template.ts'

const ec2 = mockOf(EC2Client)
const imageBuilder = mockOf(ImagebuilderClient)
const ssm = mockOf(SSMClient)
const lambda = mockOf(LambdaClient)
const clients = { ec2, imagebuilder: imageBuilder, ssm, lambda }
beforeEach(() => {
  for (const client of Object.values(clients)) client.reset()
})

type Mode = 'required' | 'advisory'
interface Sample {
  /** The key of an image's `checks`, as people write it. */
  asked: (mode: Mode) => object
  /** The names under which its evidence is kept: they stay as they are. */
  evidence: string[]
  /** AWS, so that the check passes; and so that it does not. */
  passes: () => void
  fails: () => void
  /** AWS, so that it is never done. */
  hangs: (() => void) | 'it is done at its first look'
  /** What a look started, as far as nobody ended it. */
  running?: () => unknown[]
}

const described: Ec2Image = {
  State: 'available',
  OwnerId: '111122223333',
  Public: false,
  Architecture: 'x86_64',
  ImdsSupport: 'v2.0',
  SourceImageId: parentAmi,
  RootDeviceName: '/dev/xvda',
  BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, Encrypted: true } }],
}
const isAmi = (more: Ec2Image) =>
  ec2
    .on(DescribeImagesCommand)
    .callsFake(({ ImageIds }) => ({ Images: [{ ...described, ...more, ImageId: ImageIds[0] }] }))

function isScanned(status: 'COMPLETED' | 'SCANNING', ...findings: string[]) {
  imageBuilder.on(GetImageCommand).resolves({ image: { scanState: { status } } })
  const found = findings.map((vulnerabilityId) => ({
    severity: 'CRITICAL',
    packageVulnerabilityDetails: { vulnerabilityId, vulnerablePackages: [{ name: 'openssl', version: '1' }] },
  }))
  imageBuilder
    .on(ListImageScanFindingsCommand)
    .callsFake(({ filters }) => ({ findings: filters[0].values.includes(imageArn) ? found : [] }))
}

const has = (...packages: string[]) => {
  imageBuilder.on(GetImageCommand).resolves({ image: { enhancedImageMetadataEnabled: true } })
  const imagePackageList = packages.map((packageName) => ({ packageName, packageVersion: '1' }))
  imageBuilder.on(ListImagePackagesCommand).resolves({ imagePackageList })
}

const AutomationExecutionId = '333ba70b-2333-48db-b17e-a5e69c6f4d1c'
function automationIs(AutomationExecutionStatus: 'Success' | 'Failed' | 'InProgress') {
  ssm.on(StartAutomationExecutionCommand).resolves({ AutomationExecutionId })
  const StepExecutions = [{ StepName: 'RunScript', StepStatus: AutomationExecutionStatus }]
  ssm.on(GetAutomationExecutionCommand).resolves({ AutomationExecution: { AutomationExecutionStatus, StepExecutions } })
  ssm.on(StopAutomationExecutionCommand).resolves({})
}

const answers = (payload: object) =>
  lambda.on(InvokeCommand).resolves({ Payload: Buffer.from(JSON.stringify(payload)) as never })

/** A new kind must be here: what a fleet says of it, and how AWS makes it pass, fail, and never end. */
const samples: { [K in CheckKind]: Sample & (K extends KindWithEvent ? { event: WaitEvent } : object) } = {
  ami: {
    asked: (mode) => ({ mode, maxRootSize: 8 }),
    evidence: ['ami'],
    passes: () => isAmi({}),
    fails: () => isAmi({ ImdsSupport: undefined }),
    hangs: 'it is done at its first look',
  },
  vulnerabilities: {
    asked: (mode) => ({ mode, critical: 0, introduced: true }),
    evidence: ['vulnerabilities'],
    passes: () => isScanned('COMPLETED'),
    fails: () => isScanned('COMPLETED', 'CVE-2026-0001'),
    hangs: () => isScanned('SCANNING'),
    event: { 'detail-type': 'EC2 Image Builder CVE Detected', time: secondsIn(30), resources: [imageArn] },
  },
  packages: {
    asked: (mode) => ({ mode, required: ['bash'], forbidden: ['telnet'] }),
    evidence: ['packages'],
    passes: () => has('bash'),
    fails: () => has('bash', 'telnet'),
    hangs: () => has(),
  },
  smoke: {
    asked: (mode) => ({ mode, document: 'team-test' }),
    evidence: ['smoke m7i.large'],
    passes: () => automationIs('Success'),
    fails: () => automationIs('Failed'),
    hangs: () => automationIs('InProgress'),
    event: {
      'detail-type': 'EC2 Automation Execution Status-change Notification',
      time: secondsIn(30),
      detail: { ExecutionId: AutomationExecutionId, Status: 'Success' },
    },
    running: () => {
      const stopped = ssm.commandCalls(StopAutomationExecutionCommand).map(({ args }) => args[0].input)
      const isStopped = stopped.some((input) => input.AutomationExecutionId === AutomationExecutionId)
      return ssm.commandCalls(StartAutomationExecutionCommand).filter(() => !isStopped)
    },
  },
  custom: {
    asked: (mode) => ({ licences: { mode, function: 'arn:aws:lambda:us-west-2:111122223333:function:licences' } }),
    evidence: ['custom licences'],
    passes: () => answers({ passed: true, detail: 'fine' }),
    fails: () => answers({ passed: false, detail: 'GPL' }),
    hangs: () => lambda.on(InvokeCommand).rejects(Object.assign(new Error('late'), { name: 'TimeoutError' })),
  },
}

function fleetWith(checks: object) {
  const common = { infrastructure: 'linux', components: ['update'], scanning: true }
  const text = stringify({
    name: 'gold',
    build: { account: '111122223333', region: 'us-west-2' },
    upstreams: { soe: { platform: 'Linux', ami: { owner: '444455556666', name: 'soe-*' } } },
    infrastructure: { linux: { instanceTypes: ['m7i.large'] } },
    components: { update: { arn: 'arn:aws:imagebuilder:us-west-2:aws:component/update-linux/x.x.x' } },
    images: {
      base: { parent: 'soe', ...common, volumes: [{ device: '/dev/xvda', size: 20 }] },
      [image]: { parent: 'base', ...common, checks },
    },
    rings: { early: { accounts: ['222233334444'], regions: ['us-west-2'] } },
  })
  return parseFleet(text, 'fleet.yaml')
}

/** What is ordered of an image that asks for this kind alone. */
function ordersOf(kind: CheckKind, mode: Mode): CheckOrder[] {
  const fleet = fleetWith({ [kind]: samples[kind].asked(mode) })
  return orderChecks(fleet, image, fleet.images[image] as Image).filter((order) => order.kind === kind)
}

const ledgerActionOf = {
  get: 'GetItem',
  create: 'PutItem',
  replace: 'PutItem',
  set: 'UpdateItem',
  unset: 'UpdateItem',
  all: 'Query',
} as const
const ledgerOperations = Object.keys(ledgerActionOf) as (keyof typeof ledgerActionOf)[]

/** The check, ordered by a fleet, with a release of the image and one of its parent before it. */
async function begun(kind: CheckKind, mode: Mode = 'required') {
  const [order] = ordersOf(kind, mode)
  if (!order) throw new Error(`the check ${kind} is not ordered`)
  const check = await checking(order.kind, order.settings as never, order as never)
  await check.released()
  await seed(check.ledger, keyOf('release', { image: 'base', version: '1.0.0/9' }), {
    ami: parentAmi,
    imageArn: parentArn,
  })
  const spies = ledgerOperations.map((name) => ({ name, spy: vi.spyOn(check.ledger.table, name) }))
  /** What was asked of the ledger, as IAM names it. */
  const ledgerActions = () =>
    spies.flatMap(({ name, spy }) => (spy.mock.calls.length > 0 ? [`dynamodb:${ledgerActionOf[name]}`] : []))
  /** Looks until it is done, at most until its time is over. */
  const run = async () => {
    for (const seconds of [0, 60, order.timeout]) if (!(await check.item())?.evidence) await check.look(seconds)
    return (await check.item())?.evidence
  }
  const mark = () =>
    markCandidate(
      {
        fleet: 'gold',
        ssm: new SSMClient({}),
        ledger: check.ledger,
        waits: check.waits,
        concurrentBakes: 1,
        notify: async () => {},
      },
      { execution: 'e', time: '2026-09-08T11:00:00Z', campaign, image, parentAmi, imageArn, ami },
    )
  return { ...check, order, run, mark, ledgerActions }
}

const kinds = Object.keys(checkSchemas()) as CheckKind[]

describe.each(kinds)('the check %s', (kind) => {
  const sample = samples[kind]
  beforeEach(() => keepParameters(ssm))

  it.each<Mode>(['required', 'advisory'])('is ordered where an image asks for it, as %s', (mode) => {
    const ordered = ordersOf(kind, mode).map((order) => [order.check, order.mode])
    expect(ordered).toEqual(sample.evidence.map((check) => [check, mode]))
  })

  it('lets through what passes', async () => {
    const { run, mark } = await begun(kind)
    sample.passes()
    expect(await run()).toMatchObject({ passed: true })
    await expect(mark()).resolves.toMatchObject({ version: '1.0.0/4' })
  })

  it('stops what does not pass, where it is required', async () => {
    const { order, run, mark } = await begun(kind)
    sample.fails()
    expect(await run()).toMatchObject({ passed: false })
    await expect(mark()).rejects.toThrow(`${ami}: ${order.check}: `)
    expect(ssm.commandCalls(PutParameterCommand)).toEqual([])
  })

  it('stops nothing where it is advisory', async () => {
    const { run, mark } = await begun(kind, 'advisory')
    sample.fails()
    expect(await run()).toMatchObject({ passed: false })
    await expect(mark()).resolves.toMatchObject({ version: '1.0.0/4' })
  })

  it('stops what nobody may look at', async () => {
    const { run, mark } = await begun(kind)
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' })
    ec2.onAnyCommand().rejects(denied)
    imageBuilder.onAnyCommand().rejects(denied)
    ssm.onAnyCommand().rejects(denied)
    lambda.onAnyCommand().rejects(denied)
    expect(await run()).toMatchObject({ passed: false })
    await expect(mark()).rejects.toThrow('AccessDeniedException: no')
  })
})

describe.each(kinds.filter((kind) => typeof samples[kind].hangs === 'function'))('the check %s', (kind) => {
  const { hangs, running } = samples[kind]

  it('has not passed when its time is over, and leaves nothing running', async () => {
    const { run, mark } = await begun(kind)
    if (typeof hangs === 'function') hangs()
    expect(await run()).toMatchObject({ passed: false, results: [{ check: 'in time', passed: false }] })
    await expect(mark()).rejects.toThrow('in time')
    expect(running?.() ?? []).toEqual([])
  })
})

const withEvent = checkEvents(
  fleetWith(Object.fromEntries(kinds.map((kind) => [kind, samples[kind].asked('required')]))),
)

describe.each(withEvent.map(({ kind }) => kind))('the event of the check %s', (kind) => {
  const { hangs, passes, event } = samples[kind]

  it('ends the wait of a look that was not done', async () => {
    const { look, run, waits, sent } = await begun(kind)
    if (typeof hangs === 'function') hangs()
    await look(0)
    expect(sent).toEqual([])
    await resume(waits, v.parse(WaitEvent, event))
    expect(sent).toEqual([expect.objectContaining({ taskToken: 'token-0', error: 'CheckAgain' })])
    passes()
    expect(await run()).toMatchObject({ passed: true })
  })
})

/** The actions that IAM asks for beside the one that has the command's name, or in its place. */
const actionsOf: Record<string, string[]> = {
  InvokeCommand: ['lambda:InvokeFunction'],
  // Image Builder reads findings with the permission of its caller.
  ListImageScanFindingsCommand: ['imagebuilder:ListImageScanFindings', 'inspector2:ListFindings'],
  StartAutomationExecutionCommand: ['ssm:StartAutomationExecution', 'iam:PassRole'],
}

it.each(kinds)(
  'in a fleet with the check %s only, the function may do all that it does for it',
  async (kind) => {
    const { passes, fails, hangs } = samples[kind]
    const done = new Set<string>()
    for (const happens of [passes, fails, hangs]) {
      if (typeof happens !== 'function') continue
      for (const client of Object.values(clients)) client.reset()
      const { run, ledgerActions } = await begun(kind)
      happens()
      await run()
      for (const action of ledgerActions()) done.add(action)
      for (const [service, client] of Object.entries(clients))
        for (const { args } of client.calls()) {
          const { name } = args[0].constructor
          for (const action of actionsOf[name] ?? [`${service}:${name.replace(/Command$/, '')}`]) done.add(action)
        }
    }
    const { template } = (await synth(fleetWith({ [kind]: samples[kind].asked('required') }))).buildStack
    expect(done.size).toBeGreaterThan(2)
    expect(Object.keys(allowed(template, 'RunCheckRole'))).toEqual(expect.arrayContaining([...done]))
  },
  slow,
)
