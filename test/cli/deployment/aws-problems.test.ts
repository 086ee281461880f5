import { describe, expect, it } from 'vitest'
import { calling, mayPass } from '../../../cli/deployment/aws-problems.ts'
import { type Deployment, deploymentOf } from '../../../cli/deployment/deployment.ts'
import { BadInput, Failed } from '../../../cli/problems.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import { smallFleet } from '../small-fleet.ts'

const fleet = parseFleet(smallFleet, 'fleet.yaml')
const aws = deploymentOf(fleet, undefined, {})
const rehearsed = deploymentOf(fleet, 'http://127.0.0.1:4566', {})

const error = (name: string, message = 'so it is.', more: object = {}) =>
  Object.assign(new Error(message), { name, ...more })
const answered = { $metadata: { httpStatusCode: 400 } }
const node = (code: string) => error('Error', '', { code })
/** What Node throws where a host has several addresses. */
const several = error('AggregateError', '', { errors: [node('ECONNREFUSED'), node('ECONNREFUSED')] })

const failing = (thrown: unknown, deployment: Deployment = aws) =>
  calling(deployment, 'read the ledger', () => Promise.reject(thrown)).catch((caught: unknown) => caught)

describe('a call of AWS', () => {
  it('gives what it is answered', async () => {
    expect(await calling(aws, 'ask', async () => 42)).toBe(42)
  })

  it.each([
    {
      thrown: error('CredentialsProviderError', 'Could not load credentials from any providers'),
      text: 'there are no AWS credentials (Could not load credentials from any providers). Log in',
    },
    {
      thrown: error('CredentialsProviderError', 'The SSO session associated with this profile has expired.'),
      text: 'the AWS credentials have expired (The SSO session associated with this profile has expired). Log in (aws sso login), or take a profile of account 111122223333',
    },
    { thrown: error('ExpiredTokenException', 'x', answered), text: 'have expired' },
    { thrown: error('TokenProviderError', 'Token is expired'), text: 'have expired' },
    {
      thrown: error('UnrecognizedClientException', 'x', answered),
      text: 'AWS does not take these credentials (x).',
    },
  ])('is for the person to put right: $thrown.name, $text', async ({ thrown, text }) => {
    const problem = await failing(thrown)
    expect(problem).toBeInstanceOf(BadInput)
    expect((problem as Error).message).toContain(`Could not read the ledger: `)
    expect((problem as Error).message).toContain(text)
  })

  it.each([
    {
      thrown: error('AccessDeniedException', 'User: x is not authorized to perform: dynamodb:GetItem', answered),
      text: 'access denied: User: x is not authorized to perform: dynamodb:GetItem. Take a role that may',
    },
    { thrown: error('AuthorizationErrorException', 'not yours', answered), text: 'access denied: not yours.' },
    { thrown: error('EC2ThrottledException', 'Rate exceeded', answered), text: 'AWS asks to go slower' },
    {
      thrown: error('StateMachineDoesNotExist', 'x', answered),
      text: 'there is no state machine golden-campaign. Is the fleet golden deployed in account 111122223333, eu-west-1?',
    },
    { thrown: error('ResourceNotFoundException', 'x', answered), text: 'there is no table golden-ledger.' },
    {
      thrown: error('ThrottlingException', 'Rate exceeded', answered),
      text: 'AWS asks to go slower (Rate exceeded). Try again',
    },
    { thrown: node('ENOTFOUND'), text: 'AWS cannot be reached (ENOTFOUND).' },
    { thrown: node('ECONNREFUSED'), text: 'AWS cannot be reached (ECONNREFUSED). Try again.' },
    {
      thrown: error('TimeoutError', 'Connection timed out after 5000 ms'),
      text: 'AWS cannot be reached (Connection timed out',
    },
    {
      thrown: error('ValidationException', 'Bad.', answered),
      text: 'Could not read the ledger: ValidationException: Bad.',
    },
  ])('went wrong elsewhere: $thrown.name $thrown.code', async ({ thrown, text }) => {
    const problem = await failing(thrown)
    expect(problem).toBeInstanceOf(Failed)
    expect((problem as Error).message).toContain(text)
  })

  it.each([node('ECONNREFUSED'), several])('asks whether the rehearsal is still served', async (thrown) => {
    expect(((await failing(thrown, rehearsed)) as Error).message).toBe(
      'Could not read the ledger: nothing answers at http://127.0.0.1:4566. Is `npx --no-install rebake rehearse --serve` running, and at this port?',
    )
  })

  it.each([new Error('a mistake of ours'), new BadInput('said already')])('leaves %s as it is', async (thrown) => {
    expect(await failing(thrown)).toBe(thrown)
  })

  it.each([
    ['RequestTimeout', answered, true],
    ['EC2ThrottledException', answered, true],
    ['SomethingOfTheirs', { $metadata: { httpStatusCode: 503 } }, true],
    ['AccessDeniedException', answered, false],
    ['ValidationException', answered, false],
  ])('that ends with %s and %j may be over in a moment: %s', async (name, more, passes) => {
    expect(mayPass(await failing(error(name, 'x', more)))).toBe(passes)
  })
})
