import { describe, expect, it } from 'vitest'
import { TaskFailure } from '../../../../emulator/step-functions/types.ts'
import { Cloud, chain, details, failure, output, ROLE } from '../support.ts'

const sdk = (resource: string, args?: object, more: object = {}) =>
  chain({ Type: 'Task', Resource: `arn:aws:states:::${resource}`, ...(args && { Arguments: args }), ...more })

describe('an SDK integration', () => {
  it('calls the service with its Arguments', async () => {
    const cloud = new Cloud()
    cloud.serve = () => ({ Image: { State: { Status: 'AVAILABLE' } }, When: new Date(0) })
    const execution = await cloud.run(
      sdk('aws-sdk:imagebuilder:getImage', { ImageBuildVersionArn: '{% $states.input %}' }),
      'arn:x',
    )
    expect(cloud.calls).toEqual([
      {
        service: 'imagebuilder',
        action: 'getImage',
        arguments: { ImageBuildVersionArn: 'arn:x' },
        roleArn: ROLE,
        executionArn: execution.arn,
        state: 'S1',
      },
    ])
    expect(output(execution)).toEqual({
      Image: { State: { Status: 'AVAILABLE' } },
      When: '1970-01-01T00:00:00.000Z',
    })
    expect(details(execution, 'TaskScheduled')).toMatchObject([
      { resourceType: 'aws-sdk:imagebuilder', resource: 'getImage' },
    ])
  })

  it.each([
    ['aws-sdk:ssm:putParameter', 'ParameterNotFound', true, 'Ssm.ParameterNotFoundException', 'Ssm'],
    ['aws-sdk:imagebuilder:getImage', 'ClientException', true, 'Imagebuilder.ClientException', 'Imagebuilder'],
    ['aws-sdk:dynamodb:getItem', 'ResourceNotFoundException', true, 'DynamoDb.ResourceNotFoundException', 'DynamoDb'],
    [
      'dynamodb:putItem',
      'ConditionalCheckFailedException',
      true,
      'DynamoDB.ConditionalCheckFailedException',
      'DynamoDB',
    ],
    ['sns:publish', 'NotFound', true, 'SNS.NotFoundException', 'SNS'],
    [
      'aws-sdk:imagebuilder:getImage',
      'ThrottlingException',
      false,
      'Imagebuilder.ImagebuilderException',
      'Imagebuilder',
    ],
    ['aws-sdk:ec2:describeImages', 'InvalidAMIID.NotFound', false, 'Ec2.Ec2Exception', 'Ec2'],
    ['dynamodb:getItem', 'AccessDenied', false, 'DynamoDB.AmazonDynamoDBException', 'DynamoDB'],
    ['aws-sdk:dynamodb:getItem', 'ThrottlingException', false, 'DynamoDb.DynamoDbException', 'DynamoDb'],
  ])('%s names the error %s, of a shape in the model: %s, as %s', async (resource, name, modelled, error, service) => {
    const cloud = new Cloud()
    cloud.serve = () => {
      throw Object.assign(failure(name, 'No such thing.'), { modelled })
    }
    const execution = await cloud.run(sdk(resource, {}))
    expect(execution.error).toBe(error)
    expect(execution.cause).toMatch(
      new RegExp(`^No such thing. \\(Service: ${service}, Status Code: 400, Request ID: [0-9a-f-]{36}\\)$`),
    )
  })

  it('keeps a failure that the host shaped itself', async () => {
    const cloud = new Cloud()
    cloud.serve = () => {
      throw new TaskFailure('Own.Error', 'own cause')
    }
    expect(await cloud.run(sdk('aws-sdk:ssm:getParameter', {}))).toMatchObject({
      error: 'Own.Error',
      cause: 'own cause',
    })
  })

  it('needs an object as its Arguments', async () => {
    expect((await new Cloud().run(sdk('aws-sdk:ssm:getParameter'), 5)).error).toBe('States.Runtime')
  })
})

describe('an optimized integration', () => {
  it.each([
    ['sns:publish', { Message: { a: 1 } }, { Message: '{"a":1}' }],
    ['sqs:sendMessage', { MessageBody: 'text' }, { MessageBody: 'text' }],
    ['events:putEvents', { Entries: [{ Detail: { a: 1 } }] }, { Entries: [{ Detail: '{"a":1}' }] }],
    ['dynamodb:getItem', { Key: { pk: { S: 'a' } } }, { Key: { pk: { S: 'a' } } }],
  ])('%s turns JSON into text where the API takes text', async (resource, args, expected) => {
    const cloud = new Cloud()
    await cloud.run(sdk(resource, args))
    const [service, action] = resource.split(':')
    expect(cloud.calls).toMatchObject([{ service, action, arguments: expected }])
  })

  it('fails when EventBridge refuses one entry', async () => {
    const cloud = new Cloud()
    cloud.serve = () => ({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] })
    const execution = await cloud.run(sdk('events:putEvents', { Entries: [{}] }))
    expect([execution.error, JSON.parse(execution.cause ?? '').FailedEntryCount]).toEqual([
      'EventBridge.FailedEntry',
      1,
    ])
  })
})
