import { describe, expect, it } from 'vitest'
import { Cloud, chain, START } from './support.ts'

describe('Step Functions Execution Status Change', () => {
  it('is published when an execution starts and when it ends', async () => {
    const cloud = new Cloud()
    const execution = await cloud.run(chain({ Type: 'Wait', Seconds: 2, Output: 'done' }), { a: 1 })
    const common = {
      executionArn: execution.arn,
      stateMachineArn: execution.stateMachine.arn,
      name: 'run',
      startDate: START,
      input: '{"a":1}',
      inputDetails: { included: true },
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      redriveCount: 0,
      redriveDate: null,
      redriveStatus: 'NOT_REDRIVABLE',
      error: null,
      cause: null,
    }
    expect(cloud.events).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        'detail-type': 'Step Functions Execution Status Change',
        source: 'aws.states',
        account: '111122223333',
        time: '2026-01-05T09:00:00Z',
        region: 'eu-west-1',
        resources: [execution.arn],
        detail: {
          ...common,
          status: 'RUNNING',
          stopDate: null,
          output: null,
          outputDetails: null,
          redriveStatusReason: 'Execution is RUNNING and cannot be redriven',
        },
      },
      expect.objectContaining({
        time: '2026-01-05T09:00:02Z',
        detail: {
          ...common,
          status: 'SUCCEEDED',
          stopDate: START + 2000,
          output: '"done"',
          outputDetails: { included: true },
          redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
        },
      }),
    ])
    expect(cloud.events[0]?.id).not.toBe(cloud.events[1]?.id)
  })

  it.each([
    ['FAILED', chain({ Type: 'Fail', Error: 'E', Cause: 'c' }), { error: 'E', cause: 'c' }],
    [
      'TIMED_OUT',
      { ...chain({ Type: 'Wait', Seconds: 9 }), TimeoutSeconds: 1 },
      { error: 'States.Timeout', cause: null },
    ],
    ['ABORTED', chain({ Type: 'Wait', Seconds: 99 }), { error: null, cause: null }],
  ])('says why an execution is %s', async (status, definition, expected) => {
    const cloud = new Cloud()
    const execution = cloud.start(definition)
    cloud.clock.at(START + 20_000, () => execution.stop())
    await cloud.clock.run()
    expect(cloud.events.at(-1)?.detail).toMatchObject({
      status,
      ...expected,
      output: null,
      redriveStatus: 'REDRIVABLE',
    })
  })

  it('leaves out payloads that EventBridge would not carry', async () => {
    const cloud = new Cloud()
    await cloud.run(chain({ Type: 'Pass' }), 'x'.repeat(200_000))
    expect(cloud.events.map(({ detail }) => [detail.inputDetails, detail.outputDetails])).toEqual([
      [{ included: true }, null],
      [{ included: false }, { included: true }],
    ])
  })
})
