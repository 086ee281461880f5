import {
  AutomationExecutionLimitExceededException,
  GetAutomationExecutionCommand,
  InvalidAutomationStatusUpdateException,
  SSMClient,
  StartAutomationExecutionCommand,
  type StepExecution,
  StopAutomationExecutionCommand,
} from '@aws-sdk/client-ssm'
import { beforeEach, describe, expect, it } from 'vitest'
import type { CheckOrder } from '../../../domain/check-kinds.ts'
import type { CheckInput } from '../../../functions/run-check/check-step.ts'
import { abandonSmoke, examineSmoke } from '../../../functions/run-check/smoke.ts'
import { mockOf } from '../../support/mocks.ts'
import { ami, campaign, image, imageArn, parentAmi, since } from './checking.ts'

const ssm = mockOf(SSMClient)
beforeEach(() => void ssm.reset())
const deps = { ssm: new SSMClient({}), smokeDocument: 'golden-smoke' }
const id = '333ba70b-2333-48db-b17e-a5e69c6f4d1c'
const state = { executionId: id }
const execution = 'arn:aws:states:us-west-2:111122223333:execution:golden-rebake:c1-web'
const order: Extract<CheckOrder, { kind: 'smoke' }> = {
  check: 'smoke m7i.large',
  kind: 'smoke',
  mode: 'required',
  timeout: 3_600,
  lookAfter: 900,
  settings: { instanceType: 'm7i.large', document: 'golden-smoke-web', parameters: { Port: '80' } },
}
const look = (more: Partial<CheckInput> = {}, check = order) =>
  examineSmoke(deps, check, {
    execution,
    campaign,
    image,
    imageArn,
    parentAmi,
    ami,
    since,
    time: since,
    ...more,
  })
const started = () => ssm.on(StartAutomationExecutionCommand).resolves({ AutomationExecutionId: id })
const is = (AutomationExecution: object) =>
  ssm.on(GetAutomationExecutionCommand, { AutomationExecutionId: id }).resolves({ AutomationExecution })
const inputs = () => ssm.commandCalls(StartAutomationExecutionCommand).map(({ args }) => args[0].input)
const error = <E>(kind: new (o: never) => E) => new kind({ message: 'no', $metadata: {} } as never)

describe('the first look', () => {
  it('starts the runbook, and waits for its event', async () => {
    started()
    expect(await look()).toEqual({ pending: `automation/${id}`, doing: 'the execution is Pending', state })
    expect(inputs()).toEqual([
      {
        DocumentName: 'golden-smoke',
        ClientToken: expect.stringMatching(/^[a-f0-9]{8}-([a-f0-9]{4}-){3}[a-f0-9]{12}$/),
        Parameters: {
          ImageId: [ami],
          InstanceType: ['m7i.large'],
          CommandDocument: ['golden-smoke-web'],
          CommandParameters: ['{"Port":["80"]}'],
          Campaign: [campaign],
          Image: [image],
        },
      },
    ])
  })

  it('starts the same one again where the first was forgotten, and others for others', async () => {
    started()
    await look()
    await look()
    await look({}, { ...order, check: 'smoke m7g.large' })
    await look({ execution: `${execution}-2` })
    const [first, second, ...others] = inputs().map(({ ClientToken }) => ClientToken)
    expect(second).toBe(first)
    expect(new Set([first, ...others]).size).toBe(3)
  })

  it('waits for its time where the account runs all that it may', async () => {
    ssm.on(StartAutomationExecutionCommand).rejects(error(AutomationExecutionLimitExceededException))
    expect(await look()).toEqual({
      pending: expect.stringMatching(/^automation\//),
      doing: 'the account runs as many automations as it may',
    })
  })

  it('throws what else goes wrong', async () => {
    ssm.on(StartAutomationExecutionCommand).rejects(new Error('no such runbook'))
    await expect(look()).rejects.toThrow('no such runbook')
  })
})

describe('a later look', () => {
  it.each([
    ['Pending', {}, 'the execution is Pending'],
    ['InProgress', { CurrentStepName: 'WaitOnline' }, 'step WaitOnline is InProgress'],
    ['Cancelling', {}, 'the execution is Cancelling'],
  ])('waits where it is %s', async (status, more, doing) => {
    is({ AutomationExecutionStatus: status, ...more })
    expect(await look({ state })).toEqual({ pending: `automation/${id}`, doing, state })
    expect(inputs()).toEqual([])
  })

  const step = (StepName: string, StepStatus: StepExecution['StepStatus'], more: StepExecution = {}) => ({
    StepName,
    StepStatus,
    ...more,
  })
  const resultOf = async (AutomationExecutionStatus: string, ...StepExecutions: StepExecution[]) => {
    is({ AutomationExecutionStatus, StepExecutions, FailureMessage: 'it says so' })
    const reported = await look({ state })
    return 'results' in reported ? reported.results : reported
  }

  it.each([
    ['all well\n', 'it succeeded and printed: all well'],
    [undefined, 'it succeeded and printed nothing'],
  ])('passes what succeeded: %j', async (output, detail) => {
    const script = step('RunScript', 'Success', output ? { Outputs: { Output: [output] } } : {})
    expect(await resultOf('Success', step('Launch', 'Success'), script)).toEqual([
      { check: 'RunScript', passed: true, detail },
    ])
  })

  it.each<[string, StepExecution[], string, string]>([
    ['failed', [step('Launch', 'Success'), step('RunScript', 'Failed')], 'RunScript', 'Failed'],
    ['never ran', [step('Launch', 'Success'), step('RunScript', 'Pending')], 'RunScript', 'Pending'],
    ['never ran, as the launch failed', [step('Launch', 'Failed'), step('RunScript', 'Pending')], 'Launch', 'Failed'],
    ['is not there', [], 'RunScript', 'Pending'],
  ])('passes no execution that calls itself a success where its script %s', async (_, steps, check, reported) => {
    expect(await resultOf('Success', ...steps)).toEqual([
      { check, passed: false, detail: `${reported} in automation ${id}: it says so` },
    ])
  })

  it('says what the script printed where it failed, as Automation tells it', async () => {
    const payload = JSON.stringify({
      Status: 'Failed',
      ResponseCode: 1,
      Output: 'no ] app\nat {all}',
      CommandId: 'c',
    })
    const FailureMessage = `Step fails when it is verifying. Command c returns unexpected invocation result: \n{Status=[Failed], ResponseCode=[1], Output=[no ] app\nat {all}], OutputPayload=[${payload}], CommandId=[c]}. Please refer to the guide.`
    expect(
      await resultOf('Failed', step('RunScript', 'Failed', { FailureMessage }), step('Terminate', 'Success')),
    ).toEqual([{ check: 'RunScript', passed: false, detail: `Failed in automation ${id}: no ] app at {all}` }])
  })

  it('tells the whole message where it is not as it was', async () => {
    const FailureMessage = 'OutputPayload=[{odd}], CommandId=[c]'
    expect(await resultOf('Failed', step('RunScript', 'Failed', { FailureMessage }))).toMatchObject([
      { detail: `Failed in automation ${id}: ${FailureMessage}` },
    ])
  })

  it('names the step that failed first, whatever cleaning up comes to', async () => {
    const FailureMessage = 'An error occurred (InsufficientInstanceCapacity)'
    expect(
      await resultOf(
        'Failed',
        step('Launch', 'Failed', { FailureMessage }),
        step('WaitOnline', 'Pending'),
        step('Terminate', 'Failed', { FailureMessage: 'nothing there' }),
      ),
    ).toEqual([{ check: 'Launch', passed: false, detail: `Failed in automation ${id}: ${FailureMessage}` }])
  })

  it.each([
    ['TimedOut', 'Launch', [step('Launch', 'TimedOut')], 'TimedOut'],
    ['Cancelled', 'RunScript', [step('RunScript', 'Cancelled')], 'Cancelled'],
    ['Failed', 'execution', [], 'Failed'],
    ['Exited', 'execution', [], 'Exited'],
  ])('passes nothing that is %s', async (status, check, steps, reported) => {
    expect(await resultOf(status, ...steps)).toEqual([
      { check, passed: false, detail: `${reported} in automation ${id}: it says so` },
    ])
  })

  it('says what it means that an instance never comes online', async () => {
    const detail = expect.stringContaining('Systems Manager never heard of the instance: is its agent')
    expect(await resultOf('TimedOut', step('WaitOnline', 'TimedOut'))).toMatchObject([{ detail }])
  })

  it('shows the end of what is printed, without what a terminal would act on', async () => {
    const Output = `${'x'.repeat(2_000)}\u001b[31mred\u001b[0m\r\n\u001b]0;title\u0007\u202eend\u0000 😀`
    const results = await resultOf('Success', step('RunScript', 'Success', { Outputs: { Output: [Output] } }))
    const [{ detail = '' } = {}] = results as { detail?: string }[]
    const printed = detail.replace('it succeeded and printed: ', '')
    expect(printed).toMatch(/^…x+red end 😀$/u)
    expect(printed).toHaveLength(1_000)
  })
})

describe('abandoning', () => {
  const stops = () => ssm.commandCalls(StopAutomationExecutionCommand).map(({ args }) => args[0].input)

  it('cancels what runs, so that the instance goes', async () => {
    ssm.on(StopAutomationExecutionCommand).resolves({})
    await abandonSmoke(deps, state)
    expect(stops()).toEqual([{ AutomationExecutionId: id, Type: 'Cancel' }])
  })

  it('is content with what is over, or has not begun', async () => {
    ssm.on(StopAutomationExecutionCommand).rejects(error(InvalidAutomationStatusUpdateException))
    await abandonSmoke(deps, state)
    await abandonSmoke(deps, undefined)
    await abandonSmoke(deps, {})
    expect(stops()).toHaveLength(1)
  })

  it('throws what else goes wrong', async () => {
    ssm.on(StopAutomationExecutionCommand).rejects(new Error('denied'))
    await expect(abandonSmoke(deps, state)).rejects.toThrow('denied')
  })
})
