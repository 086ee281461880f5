import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { marshall } from '@aws-sdk/util-dynamodb'
import { beforeEach, describe, expect, it } from 'vitest'
import { approvalsIn } from '../../../cli/approve/api.ts'
import { deploymentOf } from '../../../cli/deployment/deployment.ts'
import { Failed } from '../../../cli/problems.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import { mockOf } from '../../support/mocks.ts'
import { smallFleet } from '../small-fleet.ts'

const dynamo = mockOf(DynamoDBClient)
const lambda = mockOf(LambdaClient)
const approvals = approvalsIn(deploymentOf(parseFleet(smallFleet, 'fleet.yaml'), undefined, {}))
const request = {
  campaign: 'c',
  image: 'web',
  ring: 'everyone',
  answer: 'approve' as const,
  by: 'arn:aws:iam::111122223333:user/alice',
  time: '2026-09-02T09:00:00Z',
}
const answers = (payload: unknown, FunctionError?: string) =>
  lambda.on(InvokeCommand).resolves({
    ...(FunctionError && { FunctionError }),
    Payload: Buffer.from(JSON.stringify(payload)) as never,
  })

/** A ledger in which an image of each campaign has its rollout lock, and waits since a time. */
const waiting = (since: Record<string, string>) => {
  const images = Object.keys(since)
  const held = images.map((campaign) => ({ stage: 'roll-out', campaign, image: 'web', holder: campaign }))
  const rings = [{ ring: 'canary' }, { ring: 'everyone', approval: {} }]
  dynamo.on(GetItemCommand).callsFake(({ Key }) => {
    const [pk = '', sk = ''] = [Key.pk.S, Key.sk.S] as string[]
    const campaign = pk.replace('CAMPAIGN#', '')
    const shown = { ring: 'everyone', campaign, image: 'web', requestedAt: since[campaign], until: 'u' }
    const item =
      pk === 'CLAIMS'
        ? { held: [...held, { stage: 'bake', campaign: 'x', image: 'java' }], queue: [], superseded: [] }
        : sk === 'IMAGE#web'
          ? { status: 'candidate', version: '1', ami: 'a', order: { rings } }
          : sk === 'APPROVAL#web#everyone' && { ...shown, approvers: ['r'], told: true }
    return item ? { Item: marshall({ pk, sk, ...item }) } : {}
  })
}

describe('the approvals of a deployed fleet', () => {
  beforeEach(() => {
    for (const mock of [dynamo, lambda]) mock.reset()
  })

  it('are what its ledger has, the oldest first', async () => {
    waiting({ late: '2026-09-02T09:00:00Z', early: '2026-09-01T09:00:00Z' })
    expect((await approvals.open()).map(({ campaign }) => campaign)).toEqual(['early', 'late'])
    expect((await approvals.open())[0]).toEqual({
      campaign: 'early',
      image: 'web',
      ring: 'everyone',
      version: '1',
      ami: 'a',
      until: 'u',
      requestedAt: '2026-09-01T09:00:00Z',
      approvers: ['r'],
    })
    expect(await approvals.of('early', 'web')).toMatchObject([{ ring: 'everyone', until: 'u' }])
  })

  it('are answered by the function of the fleet', async () => {
    answers({ as: 'approved', by: request.by, at: request.time })
    expect(await approvals.answer(request)).toEqual({ as: 'approved', by: request.by, at: request.time })
    expect(lambda.commandCalls(InvokeCommand)[0]?.args[0].input).toEqual({
      FunctionName: 'golden-answer-approval',
      Payload: JSON.stringify(request),
    })
  })

  it.each([
    [
      { errorType: 'RequestRefused', errorMessage: 'web was rejected by bob' },
      'It was not taken: web was rejected by bob.',
    ],
    [
      { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out' },
      'The function answer-approval failed: Sandbox.Timedout: Task timed out.',
    ],
    [{}, 'The function answer-approval failed: Error: it does not say why.'],
  ])('say why an answer was not taken: %j', async (payload, message) => {
    answers(payload, 'Unhandled')
    const problem = await approvals.answer(request).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(Failed)
    expect((problem as Error).message).toContain(message)
  })

  it('may not be deployed', async () => {
    const error = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } }
    const missing = Object.assign(new Error('Function not found: arn:aws:lambda:x'), error)
    lambda.on(InvokeCommand).rejects(missing)
    await expect(approvals.answer(request)).rejects.toThrow(
      'Could not hand in the answer for web: there is no function arn:aws:lambda:x. Is the fleet golden deployed',
    )
  })
})
