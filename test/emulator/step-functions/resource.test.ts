import { describe, expect, it } from 'vitest'
import { parseResource } from '../../../emulator/step-functions/resource.ts'
import { FUNCTION } from './support.ts'

describe('parseResource', () => {
  it.each([
    [FUNCTION, 'function', 'lambda', FUNCTION, 'call'],
    [`${FUNCTION}:live`, 'function', 'lambda', `${FUNCTION}:live`, 'call'],
    ['arn:aws:states:::lambda:invoke', 'lambda', 'lambda', 'invoke', 'call'],
    ['arn:aws:states:::lambda:invoke.waitForTaskToken', 'lambda', 'lambda', 'invoke.waitForTaskToken', 'token'],
    ['arn:aws:states:::states:startExecution', 'nested', 'states', 'startExecution', 'call'],
    ['arn:aws:states:::states:startExecution.sync', 'nested', 'states', 'startExecution.sync', 'sync'],
    ['arn:aws:states:::states:startExecution.sync:2', 'nested', 'states', 'startExecution.sync:2', 'sync:2'],
    [
      'arn:aws:states:::states:startExecution.waitForTaskToken',
      'nested',
      'states',
      'startExecution.waitForTaskToken',
      'token',
    ],
    ['arn:aws:states:::aws-sdk:imagebuilder:getImage', 'sdk', 'aws-sdk:imagebuilder', 'getImage', 'call'],
    [
      'arn:aws-cn:states:::aws-sdk:ssm:getParameter.waitForTaskToken',
      'sdk',
      'aws-sdk:ssm',
      'getParameter.waitForTaskToken',
      'token',
    ],
    ['arn:aws:states:::sqs:sendMessage.waitForTaskToken', 'optimized', 'sqs', 'sendMessage.waitForTaskToken', 'token'],
    ['arn:aws:states:::dynamodb:updateItem', 'optimized', 'dynamodb', 'updateItem', 'call'],
  ])('%s', (arn, kind, resourceType, resource, wait) => {
    expect(parseResource(arn)).toMatchObject({ kind, resourceType, resource, wait })
  })

  it.each([
    'arn:aws:states:::lambda:invoke.sync',
    'arn:aws:states:::aws-sdk:ssm:getParameter.sync',
    'arn:aws:states:::dynamodb:getItem.waitForTaskToken',
    'arn:aws:states:::ecs:runTask.sync',
    'arn:aws:states:::states:startExecution.sync:3',
    'arn:aws:states:eu-west-1:111122223333:activity:work',
    'arn:aws:states:::http:invoke',
    'arn:aws:states:::lambda:invoke.toString',
    'work',
    '',
  ])('%s is not emulated', (arn) => {
    expect(parseResource(arn)).toBeUndefined()
  })
})
