import { SSMClient } from '@aws-sdk/client-ssm'
import { afterEach, describe, expect, it } from 'vitest'
import type { CallRecord, CommandOutcome } from '../../../emulator/index.ts'
import { abandonSmoke, examineSmoke } from '../../../functions/run-check/smoke.ts'
import { itFitsTheModels } from '../../emulator/accounts.ts'
import { closeWorlds } from '../../emulator/world/small-world.ts'
import { readEvent } from '../../support/rehearsal.ts'
import { smokeWorld } from './smoke-world.ts'

const calls: CallRecord[] = []
let made: Awaited<ReturnType<typeof smokeWorld>>[] = []
const worldWith: typeof smokeWorld = async (...given) => {
  const world = await smokeWorld(...given)
  made.push(world)
  return world
}
afterEach(async () => {
  calls.push(...made.flatMap(({ aws }) => aws.calls))
  made = []
  await closeWorlds()
})

type Change = NonNullable<Parameters<typeof smokeWorld>[1]>
interface Role {
  AssumeRolePolicyDocument: { Statement: { Condition?: object }[] }
  Policies: { PolicyDocument: { Statement: { Action: string | string[] }[] } }[]
}

const changedRole =
  (change: (role: Role) => void): Change =>
  ({ Resources }) =>
    change(Resources.SmokeRole?.Properties as never)
const withoutActions = (...gone: string[]) =>
  changedRole(({ Policies }) => {
    for (const { PolicyDocument } of Policies)
      PolicyDocument.Statement = PolicyDocument.Statement.map((statement) => ({
        ...statement,
        Action: [statement.Action].flat().filter((action) => !gone.includes(action)),
      }))
  })
const trusting = (change: (trust: Role['AssumeRolePolicyDocument']) => void) =>
  changedRole(({ AssumeRolePolicyDocument: trust }) => change(trust))

describe('a smoke test', () => {
  it('launches, waits, runs the script and terminates, each as the role', async () => {
    const { start, execution, clock, states, aws, ami } = await worldWith({ output: 'all well' })
    const id = await start()
    await clock.run()
    const reported = await execution(id)
    expect(reported).toMatchObject({
      AutomationExecutionStatus: 'Success',
      DocumentName: 'gold-smoke',
      Outputs: { 'RunScript.Output': ['all well'], 'RunScript.Status': ['Success'] },
      ExecutedBy: 'arn:aws:sts::111122223333:assumed-role/golden-Starter/run-check',
    })
    expect(reported.StepExecutions?.map(({ StepName, StepStatus }) => [StepName, StepStatus])).toEqual(
      ['Launch', 'WaitRunning', 'WaitOnline', 'RunScript', 'FindInstances', 'Terminate'].map((step) => [
        step,
        'Success',
      ]),
    )
    expect(states()).toEqual(['terminated'])
    const [launched] = aws.ec2.instances.all()
    expect(launched?.instance).toMatchObject({
      ImageId: ami,
      InstanceType: 'm7i.large',
      MetadataOptions: { HttpTokens: 'required' },
      Tags: expect.arrayContaining([{ Key: 'rebake:campaign', Value: 'c1' }]),
    })
    const by = new Set(
      aws.calls.filter(({ operation }) => /Instance|Command/.test(operation)).map(({ principal }) => principal),
    )
    expect([...by]).toEqual(['SmokeRole'])
    const took = (reported.ExecutionEndTime?.getTime() ?? 0) - (reported.ExecutionStartTime?.getTime() ?? 0)
    expect(took / 60_000).toBeGreaterThan(1.5)
    expect(took / 60_000).toBeLessThan(5)
  })

  it('uses all that its role may, but for what it does when it is cancelled', async () => {
    const { start, clock, aws } = await worldWith()
    await start()
    await clock.run()
    expect(aws.unusedPermissions().filter((unused) => /^Smoke/.test(unused))).toEqual(['SmokeRole: ssm:CancelCommand'])
  })

  it('tells what goes on', async () => {
    const { start, execution, pass } = await worldWith()
    const id = await start()
    expect(await execution(id)).toMatchObject({ AutomationExecutionStatus: 'Pending' })
    await pass(60)
    expect(await execution(id)).toMatchObject({
      AutomationExecutionStatus: 'InProgress',
      CurrentStepName: 'WaitOnline',
      CurrentAction: 'aws:waitForAwsResourceProperty',
    })
  })

  it('is reported as documented, once it is over and for every step', async () => {
    const { start, clock, events } = await worldWith()
    const id = await start()
    await clock.run()
    const [execution, ...others] = events.filter(({ type }) => type.includes('Execution'))
    expect(others).toEqual([])
    expect(execution?.detail).toMatchObject({
      ExecutionId: id,
      Definition: 'gold-smoke',
      DefinitionVersion: 1,
      Status: 'Success',
      StartTime: expect.stringMatching(/^[A-Z][a-z]{2} \d+, \d{4} \d+:\d\d:\d\d [AP]M$/),
    })
    const example = readEvent('ssm.automation-succeeded.json')
    expect(Object.keys(execution?.detail ?? {}).sort()).toEqual(Object.keys(example.detail).sort())
    expect(execution?.resources).toEqual([
      `arn:aws:ssm:us-west-2:111122223333:automation-execution/${id}`,
      'arn:aws:ssm:us-west-2:111122223333:automation-definition/gold-smoke:1',
    ])
    const steps = events.filter(({ type }) => type.includes('Step'))
    expect(steps.map(({ detail }) => detail.StepName)).toHaveLength(6)
    expect(steps[0]?.detail).toMatchObject({
      StepName: 'Launch',
      Action: 'aws:runInstances',
      Status: 'Success',
    })
  })

  it('hands parameters on to the document', async () => {
    const { start, parameters, clock, aws, execution } = await worldWith()
    aws.ssm.addDocument(
      { account: '111122223333', region: 'us-west-2' },
      {
        name: 'gold-smoke-base',
        type: 'Command',
        content: {
          schemaVersion: '2.2',
          parameters: { Port: {} },
          mainSteps: [{ name: 'smoke', action: 'aws:runShellScript', inputs: {} }],
        },
      },
    )
    const given = (CommandParameters: string[]) => start({ Parameters: { ...parameters, CommandParameters } })
    const ids = [await given(['{"Port":["80"]}']), await given(['{"Odd":["80"]}'])]
    await clock.run()
    const [good, bad] = await Promise.all(ids.map(execution))
    expect(good?.AutomationExecutionStatus).toBe('Success')
    expect(bad).toMatchObject({ AutomationExecutionStatus: 'Failed' })
    expect(bad?.StepExecutions?.[3]?.FailureMessage).toContain('InvalidParameters')
    const sent = aws.calls.find(({ operation }) => operation === 'SendCommand')
    expect(sent?.input).toMatchObject({ Parameters: { Port: ['80'] } })
  })
})

describe('no instance is left running', () => {
  it.each<[string, Parameters<typeof smokeWorld>, string, string]>([
    ['the script fails', [{ exitCode: 3, output: 'no app' }], 'Failed', 'RunScript'],
    ['the script takes too long', [{ seconds: 50_000 }], 'TimedOut', 'RunScript'],
    ['it is never online', [{ online: false }], 'TimedOut', 'WaitOnline'],
    [
      'the agent may not speak',
      [{}, (t) => delete t.Resources.SmokeInstanceRole?.Properties?.Policies],
      'TimedOut',
      'WaitOnline',
    ],
    ['the role may send no command', [{}, withoutActions('ssm:SendCommand')], 'Failed', 'RunScript'],
    ['the role may not look', [{}, withoutActions('ec2:DescribeInstanceStatus')], 'Failed', 'Launch'],
  ])('where %s', async (_, given, status, step) => {
    const { start, execution, clock, states, events } = await worldWith(...given)
    const began = clock.now()
    const id = await start()
    await clock.run()
    const reported = await execution(id)
    expect(reported.AutomationExecutionStatus).toBe(status)
    expect(reported.StepExecutions?.find(({ StepStatus }) => StepStatus === status)?.StepName).toBe(step)
    expect(reported.FailureMessage).toContain(`Step ${step} is ${status}`)
    expect(states()).toEqual(['terminated'])
    // By the runbook, and not by the instance's own shutdown.
    expect((events.at(-1)?.at ?? Number.NaN) - began).toBeLessThan(12.1 * 3_600_000)
  })

  it.each<[string, Parameters<typeof smokeWorld>, string]>([
    ['the role may not launch', [{}, withoutActions('ec2:RunInstances')], 'UnauthorizedOperation'],
    ['the role may not tag', [{}, withoutActions('ec2:CreateTags')], 'ec2:CreateTags'],
    ['the role may not hand on the profile', [{}, withoutActions('iam:PassRole')], 'iam:PassRole'],
    ['the role may not use the key', [{}, withoutActions('kms:CreateGrant')], 'kms:CreateGrant'],
  ])('none is launched where %s', async (_, given, why) => {
    const { start, execution, clock, states } = await worldWith(...given)
    const id = await start()
    await clock.run()
    const reported = await execution(id)
    expect(reported.AutomationExecutionStatus).toBe('Failed')
    expect(reported.StepExecutions?.[0]?.FailureMessage).toContain(why)
    expect(states()).toEqual([])
  })

  it('none is launched without capacity, for the wrong architecture, or from an AMI that is not there', async () => {
    const { start, execution, clock, states, aws, parameters } = await worldWith()
    aws.ec2.instances.hasCapacity = () => false
    const wrong = [{}, { InstanceType: ['m7g.large'] }, { ImageId: ['ami-00000000000000000'] }]
    const ids = []
    for (const each of wrong) ids.push(await start({ Parameters: { ...parameters, ...each } }))
    await clock.run()
    const whys = (await Promise.all(ids.map(execution))).map(
      (reported) => reported.StepExecutions?.[0]?.FailureMessage?.match(/\(([\w.]+)\)/)?.[1],
    )
    expect(whys).toEqual(['InsufficientInstanceCapacity', 'InvalidParameterValue', 'InvalidAMIID.NotFound'])
    expect(states()).toEqual([])
  })

  it.each([0, 2, 4, 10, 20, 40, 60, 90, 110, 600])('where it is cancelled after %i seconds', async (seconds) => {
    const { start, stop, execution, clock, states, pass, events } = await worldWith({ seconds: 3_600 })
    const id = await start()
    await pass(seconds)
    const began = clock.now()
    await stop(id)
    expect((await execution(id)).AutomationExecutionStatus).toBe('Cancelling')
    await expect(stop(id)).rejects.toThrow('is Cancelling already')
    await clock.run()
    expect((await execution(id)).AutomationExecutionStatus).toBe('Cancelled')
    expect(states().every((state) => state === 'terminated')).toBe(true)
    expect(events.at(-1)?.detail.Status).toBe('Canceled')
    expect((events.at(-1)?.at ?? 0) - began).toBeLessThan(120_000)
    await expect(stop(id)).rejects.toMatchObject({ name: 'InvalidAutomationStatusUpdateException' })
  })

  it('where the automation itself cannot terminate it: it shuts itself down after thirteen hours', async () => {
    const { start, execution, clock, states } = await worldWith({}, withoutActions('ec2:TerminateInstances'))
    const began = clock.now()
    const id = await start()
    await clock.run()
    expect(await execution(id)).toMatchObject({ AutomationExecutionStatus: 'Failed' })
    expect(states()).toEqual(['terminated'])
    expect((clock.now() - began) / 3_600_000).toBeCloseTo(13, 1)
  })
})

describe('the check', () => {
  const order = {
    check: 'smoke m7i.large',
    kind: 'smoke' as const,
    mode: 'required' as const,
    timeout: 3_600,
    lookAfter: 900,
    settings: { instanceType: 'm7i.large', document: 'gold-smoke-base', parameters: {} },
  }
  const checkIn = ({ world, aws, principal, ami }: Awaited<ReturnType<typeof smokeWorld>>) => {
    const credentials = aws.credentialsFor(principal)
    const ssm = new SSMClient({ endpoint: world.url, region: 'us-west-2', maxAttempts: 1, credentials })
    const subject = {
      execution: 'arn:aws:states:::execution:gold-rebake:c1-base',
      campaign: 'c1',
      image: 'base',
      ami,
      imageArn: '',
      parentAmi: '',
      since: '2026-09-01T00:00:00Z',
      time: '2026-09-01T00:00:00Z',
    }
    return {
      ssm,
      look: (state?: Record<string, string>) =>
        examineSmoke({ ssm, smokeDocument: 'gold-smoke' }, order, { ...subject, state }),
    }
  }

  it.each<[CommandOutcome, boolean, string]>([
    [{ output: 'all well' }, true, 'it succeeded and printed: all well'],
    [{ exitCode: 3, output: 'no app' }, false, 'no app ----------ERROR------- failed to run commands: exit status 3'],
    [{ online: false }, false, 'TimedOut in automation'],
  ])('hears how it went: %j', async (drawn, passed, detail) => {
    const world = await worldWith(drawn)
    const { look } = checkIn(world)
    const first = await look()
    await world.clock.run()
    const second = await look('state' in first ? first.state : {})
    expect(second).toEqual({
      results: [{ check: expect.anything(), passed, detail: expect.stringContaining(detail) }],
    })
  })

  it('that is abandoned leaves nothing behind', async () => {
    const world = await worldWith({ seconds: 3_600 })
    const { ssm, look } = checkIn(world)
    const first = await look()
    const state = 'state' in first ? first.state : {}
    await world.pass(300)
    expect(await look(state)).toMatchObject({ doing: 'step RunScript is InProgress' })
    await abandonSmoke({ ssm }, state)
    await world.clock.run()
    expect(world.states()).toEqual(['terminated'])
    await abandonSmoke({ ssm }, state)
  })
})

describe('StartAutomationExecution', () => {
  const ClientToken = '0123abcd-0123-abcd-0123-0123456789ab'

  it('starts one execution for one token', async () => {
    const { start, parameters, call } = await worldWith()
    const id = await start({ ClientToken })
    expect(await start({ ClientToken: ClientToken.toUpperCase() })).toBe(id)
    expect(await start()).not.toBe(id)
    const other = { DocumentName: 'gold-smoke', ClientToken, Parameters: { ...parameters, Image: ['api'] } }
    await expect(call('StartAutomationExecution', other)).rejects.toMatchObject({
      name: 'IdempotentParameterMismatch',
    })
  })

  it.each<[string, object, string]>([
    ['a runbook that is not there', { DocumentName: 'gold-odd' }, 'AutomationDefinitionNotFoundException'],
    ['a command document', { DocumentName: 'gold-smoke-base' }, 'AutomationDefinitionNotFoundException'],
    ['parameters that are missing', { Parameters: {} }, 'InvalidAutomationExecutionParametersException'],
  ])('refuses %s', async (_, more, name) => {
    const { start } = await worldWith()
    await expect(start(more)).rejects.toMatchObject({ name })
  })

  it.each<[string, Change]>([
    [
      'another account’s automations',
      trusting((trust) => {
        const [statement = {}] = trust.Statement
        statement.Condition = { StringEquals: { 'aws:SourceAccount': '999999999999' } }
      }),
    ],
    ['nobody', trusting((trust) => void trust.Statement.splice(0))],
  ])('refuses a role that trusts %s', async (_, change) => {
    const { start } = await worldWith({}, change)
    await expect(start()).rejects.toThrow('unable to be assumed')
  })

  it('refuses to stop in any other way than the one that is used', async () => {
    const { start, stop } = await worldWith()
    await expect(stop(await start(), { Type: 'Complete' })).rejects.toThrow('does not emulate')
  })

  it('knows no execution of others', async () => {
    const { execution } = await worldWith()
    await expect(execution('00000000-0000-0000-0000-000000000000')).rejects.toMatchObject({
      name: 'AutomationExecutionNotFoundException',
    })
  })
})

itFitsTheModels(() => calls)
