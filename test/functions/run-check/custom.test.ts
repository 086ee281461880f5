import { InvokeCommand, LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda'
import * as v from 'valibot'
import { beforeEach, describe, expect, it } from 'vitest'
import { CustomCheckRequest } from '../../../domain/validation/custom.ts'
import { mockOf } from '../../support/mocks.ts'
import { ami, campaign, checking, image, imageArn, parentAmi, previous } from './checking.ts'

const lambda = mockOf(LambdaClient)
beforeEach(() => void lambda.reset())
const licences = 'arn:aws:lambda:eu-west-1:222233334444:function:licences:live'
const begun = () =>
  checking('custom', { function: licences, input: { allow: ['MIT'] } }, { check: 'custom licences', timeout: 600 })
const answers = (payload: unknown, more: object = {}) =>
  lambda.on(InvokeCommand).resolves({ Payload: Buffer.from(JSON.stringify(payload)) as never, ...more })
const fails = (error: Error) => lambda.on(InvokeCommand).rejects(error)
const named = (name: string, more: object = {}) => Object.assign(new Error('sorry'), { name, ...more })

describe('a custom check', () => {
  it('asks the function as documented', async () => {
    const { look, verdict, released } = await begun()
    await released()
    answers({ passed: true, detail: 'fine' })
    await look()
    expect(await verdict()).toBe('passed')
    const { FunctionName, InvocationType, Payload } = lambda.commandCalls(InvokeCommand)[0]?.args[0].input ?? {}
    const request = JSON.parse(String(Payload))
    expect({ FunctionName, InvocationType }).toEqual({
      FunctionName: licences,
      InvocationType: 'RequestResponse',
    })
    expect(request).toEqual({
      version: '1',
      campaign,
      image,
      ami,
      imageArn,
      parentAmi,
      previous,
      check: 'licences',
      input: { allow: ['MIT'] },
    })
    expect(v.is(CustomCheckRequest, request)).toBe(true)
  })

  it('asks once, in the region of the function', async () => {
    const { look } = await begun()
    answers({ passed: true, detail: 'fine' })
    await look()
    const [call] = lambda.commandCalls(InvokeCommand)
    const client = call?.thisValue as LambdaClient
    expect([await client.config.region(), await client.config.maxAttempts()]).toEqual(['eu-west-1', 1])
    expect(call?.args).toEqual([expect.anything(), { abortSignal: expect.any(AbortSignal) }])
  })

  it('names no previous release where there is none', async () => {
    const { look } = await begun()
    answers({ passed: true, detail: 'fine' })
    await look()
    const { Payload } = lambda.commandCalls(InvokeCommand)[0]?.args[0].input ?? {}
    expect(JSON.parse(String(Payload))).not.toHaveProperty('previous')
  })

  it.each<[string, unknown, object, string[]]>([
    ['that says no', { passed: false, detail: 'GPL' }, {}, ['answer: GPL']],
    [
      'that passes though one of its results has not',
      { passed: true, detail: 'fine', results: [{ check: 'gpl', passed: false, detail: 'found' }] },
      {},
      ['gpl: found'],
    ],
    [
      'of another shape',
      { passed: 'yes', detail: 'fine' },
      {},
      ['answer: the function\'s answer is wrong: passed: Invalid type: Expected boolean but received "yes"'],
    ],
    [
      'that threw',
      { errorType: 'Error', errorMessage: 'oops' },
      { FunctionError: 'Unhandled' },
      ['answer: the function failed: Error: oops'],
    ],
    [
      'that threw what looks like an answer',
      { passed: true, detail: 'fine' },
      { FunctionError: 'Unhandled' },
      ['answer: the function failed: it does not say why'],
    ],
  ])('has not passed by a function %s', async (_, payload, more, failures) => {
    const { look, verdict } = await begun()
    answers(payload, more)
    await look()
    expect(await verdict()).toEqual(failures)
  })

  it('has not passed by silence', async () => {
    const { look, verdict } = await begun()
    lambda.on(InvokeCommand).resolves({})
    await look()
    expect(await verdict()).toEqual(["answer: the function's answer is wrong: it is empty"])
  })

  it.each([
    [named('AccessDeniedException'), 'answer: the function could not be asked: AccessDeniedException: sorry'],
    [named('ResourceNotFoundException'), 'answer: the function could not be asked: ResourceNotFoundException: sorry'],
    // These may have reached the function: it is not asked twice.
    [named('ServiceException'), 'answer: the function could not be asked: ServiceException: sorry'],
    [named('Error', { code: 'ECONNRESET' }), 'answer: the function could not be asked: Error: sorry'],
    [named('AbortError'), 'in time: no answer within 600 seconds'],
    [named('TimeoutError'), 'in time: no answer within 600 seconds'],
  ])('has not passed by %s', async (error, failure) => {
    const { look, verdict } = await begun()
    fails(error)
    await look()
    expect(await verdict()).toEqual([failure])
  })

  it.each([
    [new TooManyRequestsException({ message: 'sorry', $metadata: {} })],
    [named('Error', { code: 'ECONNREFUSED' })],
  ])('tries again what never reached the function: %s', async (error) => {
    const { look, verdict } = await begun()
    fails(error)
    await expect(look()).rejects.toThrow('sorry')
    expect(await verdict()).toBe('no evidence')
  })

  it('does not ask when its time is over', async () => {
    const { look, verdict } = await begun()
    await look(600)
    expect(lambda.commandCalls(InvokeCommand)).toEqual([])
    expect(await verdict()).toEqual(['in time: no answer within 600 seconds'])
  })
})
