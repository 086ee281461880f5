import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allow, clientOptions, itFitsTheModels, roleWith, type Served, served } from '../accounts.ts'

const audit = 'arn:aws:lambda:us-east-1:444444444444:function:licence-audit'
let world: Served
let client: LambdaClient

beforeAll(async () => {
  world = await served()
  const { custom } = world.aws.lambda
  custom.set(audit, (payload) => ({ passed: true, detail: `${JSON.stringify(payload)} ist geprüft` }))
  custom.set(audit.replace('audit', 'broken'), () => {
    throw new TypeError('no such licence')
  })
  custom.set(audit.replace('audit', 'silent'), () => undefined)
  world.aws.lambda.deployed = (arn) => (arn.endsWith(':golden-plan') ? async () => ({ planned: true }) : undefined)
  client = new LambdaClient(clientOptions(world, roleWith(world.aws, [allow('lambda:InvokeFunction')])))
})

afterAll(async () => {
  await world.close()
})

const invoke = async (FunctionName: string, payload?: unknown, from = client) => {
  const given = payload === undefined ? {} : { Payload: JSON.stringify(payload) }
  const answer = await from.send(new InvokeCommand({ FunctionName, ...given }))
  const { StatusCode: status, FunctionError: error, ExecutedVersion: version } = answer
  return { status, error, version, payload: JSON.parse(answer.Payload?.transformToString() ?? '') }
}

describe('Invoke', () => {
  it('hands the payload to the function and its answer back', async () => {
    expect(await invoke(audit, { version: '1', image: 'payments-äpi' })).toEqual({
      status: 200,
      error: undefined,
      version: '$LATEST',
      payload: { passed: true, detail: '{"version":"1","image":"payments-äpi"} ist geprüft' },
    })
    expect((await invoke(audit)).payload).toMatchObject({ detail: '{} ist geprüft' })
    expect((await invoke(audit.replace('audit', 'silent'))).payload).toBeNull()
  })

  it('tells of a function that failed', async () => {
    expect(await invoke(audit.replace('audit', 'broken'))).toMatchObject({
      status: 200,
      error: 'Unhandled',
      payload: { errorType: 'TypeError', errorMessage: 'no such licence' },
    })
  })

  it('runs a deployed function by its name', async () => {
    expect((await invoke('golden-plan')).payload).toEqual({ planned: true })
  })

  it.each([
    ['its own that is not there', 'other', 'ResourceNotFoundException', 'Function not found'],
    [
      'one of another account that lets nobody in',
      'arn:aws:lambda:us-east-1:444444444444:function:other',
      'AccessDeniedException',
      'no resource-based policy allows the lambda:InvokeFunction action',
    ],
    [
      'one of another region',
      'arn:aws:lambda:eu-west-1:444444444444:function:other',
      'ResourceNotFoundException',
      "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    ],
  ])('refuses %s', async (_, name, error, message) => {
    const call = invoke(name)
    await expect(call).rejects.toMatchObject({ name: error, message: expect.stringContaining(message) })
  })

  it('needs the right for that very function', async () => {
    const statements = [{ ...allow('lambda:InvokeFunction'), Resource: `${audit}-not` }]
    const role = roleWith(world.aws, statements, { name: 'narrow', logicalId: 'NarrowRole' })
    const narrow = new LambdaClient(clientOptions(world, role))
    await expect(invoke(audit, {}, narrow)).rejects.toThrow(`lambda:InvokeFunction on resource: ${audit}`)
  })

  it('is only emulated where the caller waits', async () => {
    const call = client.send(new InvokeCommand({ FunctionName: audit, InvocationType: 'Event' }))
    await expect(call).rejects.toThrow('does not emulate the option InvocationType Event of Invoke')
  })
})

itFitsTheModels(() => world.aws.calls)
