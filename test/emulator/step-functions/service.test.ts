import { describe, expect, it } from 'vitest'
import { Cloud, chain, ROLE, START } from './support.ts'

const pass = JSON.stringify({ QueryLanguage: 'JSONata', ...chain({ Type: 'Pass' }) })
const machineArn = (name: string) => `arn:aws:states:eu-west-1:111122223333:stateMachine:${name}`

function errorOf(action: () => unknown): string {
  try {
    action()
    return 'none'
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
}

describe('state machines', () => {
  const create = (cloud: Cloud, more: object = {}) =>
    cloud.operation('CreateStateMachine', { name: 'm', definition: pass, roleArn: ROLE, ...more })

  it('are created, described, listed, updated and deleted', () => {
    const cloud = new Cloud()
    expect(create(cloud)).toEqual({ stateMachineArn: machineArn('m'), creationDate: new Date(START) })
    const described = cloud.operation('DescribeStateMachine', { stateMachineArn: machineArn('m') })
    expect(described).toMatchObject({
      name: 'm',
      definition: pass,
      roleArn: ROLE,
      status: 'ACTIVE',
      type: 'STANDARD',
    })
    create(cloud, { name: 'a' })
    const { stateMachines } = cloud.operation('ListStateMachines', {})
    expect(stateMachines.map(({ name }: { name: string }) => name)).toEqual(['a', 'm'])
    const other = JSON.stringify({ QueryLanguage: 'JSONata', ...chain({ Type: 'Succeed' }) })
    const updated = cloud.operation('UpdateStateMachine', {
      stateMachineArn: machineArn('m'),
      definition: other,
    })
    expect(updated).toEqual({
      updateDate: new Date(START),
      revisionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(cloud.operation('DescribeStateMachine', { stateMachineArn: machineArn('m') }).definition).toBe(other)
    cloud.operation('DeleteStateMachine', { stateMachineArn: machineArn('m') })
    expect(errorOf(() => cloud.operation('DescribeStateMachine', { stateMachineArn: machineArn('m') }))).toBe(
      `StateMachineDoesNotExist: State Machine Does Not Exist: '${machineArn('m')}'`,
    )
  })

  it('are the same when created the same again', () => {
    const cloud = new Cloud()
    expect(create(cloud)).toEqual(create(cloud))
    expect(errorOf(() => create(cloud, { roleArn: `${ROLE}2` }))).toBe(
      `StateMachineAlreadyExists: State Machine Already Exists: '${machineArn('m')}'`,
    )
  })

  it.each([
    [{ name: 'a b' }, "InvalidName: Invalid Name: 'a b'"],
    [{ name: '' }, "InvalidName: Invalid Name: ''"],
    [{ name: 'x'.repeat(81) }, /^InvalidName/],
    [{ definition: '{' }, /^InvalidDefinition: Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION/],
    [
      { definition: '{"QueryLanguage":"JSONata","StartAt":"A"}' },
      "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'",
    ],
    [{ type: 'EXPRESS' }, /^UnsupportedFeature.* the state machine type EXPRESS$/],
    [{ publish: true }, /^UnsupportedFeature.* the state machine type with versions$/],
  ])('are refused with %j', (more, expected) => {
    expect(errorOf(() => create(new Cloud(), more))).toMatch(expected)
  })

  it('are validated without being created', () => {
    const cloud = new Cloud()
    const validate = (definition: string) => cloud.operation('ValidateStateMachineDefinition', { definition })
    expect(validate(pass)).toEqual({ result: 'OK', diagnostics: [], truncated: false })
    expect(validate('{}').diagnostics).toEqual([
      {
        severity: 'ERROR',
        code: 'SCHEMA_VALIDATION_FAILED',
        message: 'These fields are required: [StartAt, States]',
        location: '/',
      },
    ])
    expect(validate('no').result).toBe('FAIL')
  })

  it('carry tags', () => {
    const cloud = new Cloud()
    create(cloud, { tags: [{ key: 'a', value: '1' }] })
    const resourceArn = machineArn('m')
    cloud.operation('TagResource', {
      resourceArn,
      tags: [
        { key: 'a', value: '2' },
        { key: 'b', value: '3' },
      ],
    })
    cloud.operation('UntagResource', { resourceArn, tagKeys: ['b'] })
    expect(cloud.operation('ListTagsForResource', { resourceArn })).toEqual({
      tags: [{ key: 'a', value: '2' }],
    })
  })

  it('of an execution are the ones it runs', async () => {
    const cloud = new Cloud()
    const execution = await cloud.run(chain({ Type: 'Pass' }))
    expect(cloud.operation('DescribeStateMachineForExecution', { executionArn: execution.arn })).toMatchObject({
      stateMachineArn: execution.stateMachine.arn,
      roleArn: ROLE,
    })
  })
})
