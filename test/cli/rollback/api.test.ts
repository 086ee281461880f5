import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { DescribeExecutionCommand, ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { marshall } from '@aws-sdk/util-dynamodb'
import { beforeEach, describe, expect, it } from 'vitest'
import { deploymentOf } from '../../../cli/deployment/deployment.ts'
import { Failed } from '../../../cli/problems.ts'
import { rollbacksIn } from '../../../cli/rollback/api.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import { keyOf } from '../../../ledger/keys.ts'
import { mockOf } from '../../support/mocks.ts'
import { smallFleet } from '../small-fleet.ts'

const [sfn, dynamo] = [mockOf(SFNClient), mockOf(DynamoDBClient)]
const rollbacks = rollbacksIn(deploymentOf(parseFleet(smallFleet, 'fleet.yaml'), undefined, {}))
const operation = 'rollback-web-20260909T000000Z'
const input = {
  image: 'web',
  to: '1.0.1/1',
  reason: 'r',
  by: 'arn:aws:iam::111122223333:user/ada',
  hold: true,
  time: '2026-09-09T00:00:00Z',
}
const machine = 'arn:aws:states:eu-west-1:111122223333:stateMachine:golden-rollback'
const failing = (more: object) => sfn.on(StartExecutionCommand).rejects(Object.assign(new Error('no'), more))

beforeEach(() => {
  for (const mock of [sfn, dynamo]) mock.reset()
})

describe('a rollback', () => {
  it('is an execution, named by its image and its time; the same again starts nothing', async () => {
    sfn.on(StartExecutionCommand).resolves({})
    await rollbacks.start(input)
    expect(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input).toEqual({
      stateMachineArn: machine,
      name: operation,
      input: JSON.stringify(input),
    })
    sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: 'again', $metadata: {} }))
    await rollbacks.start(input)
  })

  it.each([
    [{ $metadata: { httpStatusCode: 500 } }, 'It may have been started all the same. The same command with --at'],
    [
      { name: 'StateMachineDoesNotExist', message: `State Machine Does Not Exist: '${machine}'` },
      'there is no state machine golden-rollback. Is the fleet golden deployed',
    ],
  ])('says what may have become of it: %j', async (more, message) => {
    failing(more)
    await expect(rollbacks.start(input)).rejects.toThrow(Failed)
    await expect(rollbacks.start(input)).rejects.toThrow(message)
  })

  const ring = { ring: 'canary', status: 'done' }
  const ringItem = { ...keyOf('ring', { operation, ring: 'canary' }), ...ring }
  const record = (more: object) => ({ ...keyOf('operation', { operation }), operation, kind: 'rollback', ...more })
  it.each<[object, object[], object]>([
    [{ status: 'RUNNING' }, [record({ status: 'running' })], { status: 'running', problems: [] }],
    [{ status: 'SUCCEEDED' }, [record({ status: 'finished' })], { status: 'finished', problems: [] }],
    [
      { status: 'FAILED', error: 'RollbackIncomplete', cause: '{"errorMessage":"all in one"}' },
      [record({ status: 'failed', problems: ['one', 'two'] })],
      { status: 'failed', problems: ['one', 'two'] },
    ],
    [
      { status: 'FAILED', error: 'RequestRefused', cause: '{"errorMessage":"no release 9"}' },
      [],
      { status: 'failed', problems: ['no release 9'] },
    ],
    [
      { status: 'ABORTED' },
      [record({ status: 'running', problems: [] })],
      { status: 'failed', problems: ['the execution is ABORTED'] },
    ],
  ])('is what Step Functions and the ledger say: %j', async (execution, items, now) => {
    sfn.on(DescribeExecutionCommand).resolves(execution as never)
    dynamo.on(QueryCommand).resolves({ Items: [ringItem, ...items].map((item) => marshall(item)) })
    expect(await rollbacks.look(operation)).toEqual({ ...now, rings: [ring] })
  })

  it('is begun by how its image stands', async () => {
    const claim = { holder: 'h', stage: 'roll-out', campaign: 'c' }
    const claims = {
      held: [{ ...claim, image: 'web' }],
      queue: [{ ...claim, image: 'web' }],
      superseded: [],
    }
    dynamo
      .on(GetItemCommand)
      .resolves({})
      .on(GetItemCommand, { Key: marshall(keyOf('locks', {})) })
      .resolves({ Item: marshall({ pk: 'CLAIMS', sk: 'CLAIMS', version: 1, ...claims }) })
    dynamo.on(QueryCommand).resolves({
      Items: ['1', '2'].map((n) =>
        marshall({ pk: 'IMAGE#web', sk: `RELEASE#${n}`, version: n, bakedAt: `2026-09-0${n}` }),
      ),
    })
    const { releases, underWay } = await rollbacks.standing('web')
    expect(releases.map(({ version }) => version)).toEqual(['2', '1'])
    expect(underWay.map(({ campaign, waits }) => [campaign, waits])).toEqual([
      ['c', false],
      ['c', true],
    ])
    expect(await rollbacks.standing('java')).toMatchObject({ underWay: [] })
  })
})
