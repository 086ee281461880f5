import { isOf } from '../../aws/errors.ts'
import { BadInput, Failed } from '../problems.ts'
import { inProse } from '../typed.ts'
import type { Deployment, Place } from './deployment.ts'

/** The members that the SDK's and Node's errors have. */
interface AwsError extends Error {
  code?: string
  $metadata?: { httpStatusCode?: number }
  errors?: AwsError[]
}

type Reached = Deployment<Place>

interface Known {
  /** Whether it may be over in a moment. */
  passes?: true
  when: (error: AwsError) => boolean
  /** Whether it is for the person to put right here and now: exit code 2. */
  bad: boolean
  say: (message: string, deployment: Reached) => string
}

/** An import finds out only then whose account it is. */
const logIn = ({ fleet }: Reached) =>
  `Log in (aws sso login), or take a profile of ${fleet.build.account ? `account ${fleet.build.account}` : 'the account'} with AWS_PROFILE=NAME.`
const deployIt = ({ fleet }: Reached) =>
  `Is the fleet ${fleet.name} deployed in account ${fleet.build.account}, ${fleet.build.region}? ${inProse('deploy')} does it.`

const problems: Known[] = [
  {
    when: (error) => isOf(error, 'expired') || /session.*(expired|invalid)|token is expired/i.test(error.message),
    bad: true,
    say: (message, to) => `the AWS credentials have expired (${message}). ${logIn(to)}`,
  },
  {
    when: (error) => isOf(error, 'noCredentials') || /could not load credentials/i.test(error.message),
    bad: true,
    say: (message, to) => `there are no AWS credentials (${message}). ${logIn(to)}`,
  },
  {
    when: (error) => isOf(error, 'badCredentials'),
    bad: true,
    say: (message, to) => `AWS does not take these credentials (${message}). ${logIn(to)}`,
  },
  {
    when: (error) => isOf(error, 'denied'),
    bad: false,
    say: (message) => `access denied: ${message}. Take a role that may, or ask the owner of the build account.`,
  },
  {
    when: ({ name }) => name === 'StateMachineDoesNotExist',
    bad: false,
    say: (message, to) =>
      `there is no state machine ${/stateMachine:([\w-]+)/.exec(message)?.[1] ?? `${to.fleet.name}-campaign`}. ${deployIt(to)}`,
  },
  {
    when: ({ message }) => message.startsWith('Function not found: '),
    bad: false,
    say: (message, to) => `${message.replace('Function not found:', 'there is no function')}. ${deployIt(to)}`,
  },
  {
    when: ({ name }) => ['ResourceNotFoundException', 'TableNotFoundException'].includes(name),
    bad: false,
    say: (_, to) => `there is no table ${to.fleet.name}-ledger. ${deployIt(to)}`,
  },
  {
    when: (error) => isOf(error, 'connectionRefused', 'connectionLost'),
    bad: false,
    passes: true,
    say: (message, { endpoint }) =>
      endpoint === undefined
        ? `AWS cannot be reached (${message}). Try again.`
        : `nothing answers at ${endpoint}. Is ${inProse('rehearse', '--serve')} running, and at this port?`,
  },
  {
    when: (error) => isOf(error, 'noRoute', 'timedOut'),
    bad: false,
    passes: true,
    say: (message, { endpoint }) =>
      `${endpoint ?? 'AWS'} cannot be reached (${message}). Is this machine online, and does a proxy or a VPN block it?`,
  },
  {
    when: (error) => isOf(error, 'throttled'),
    bad: false,
    passes: true,
    say: (message) => `AWS asks to go slower (${message}). Try again in a minute.`,
  },
]

/**
 * Calls AWS, to do something that reads after "could not".
 * @throws BadInput or Failed with what to do; a mistake of Rebake stays as it is
 */
export async function calling<T>(deployment: Reached, doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw (error instanceof Error && problemOf(error, doing, deployment)) || error
  }
}

function problemOf(error: AwsError, doing: string, deployment: Reached): Error | undefined {
  const message = textOf(error)
  const known = problems.find(({ when }) => when(error))
  const cause = { cause: error }
  if (known) {
    const text = `Could not ${doing}: ${known.say(message, deployment)}`
    return known.bad ? new BadInput(text, cause) : new Failed(text, cause)
  }
  return error.$metadata && new Failed(`Could not ${doing}: ${error.name}: ${message}.`, cause)
}

/** Whether what `calling` threw may be over in a moment: a lost connection, too many calls, a mistake of AWS's own. */
export function mayPass(error: unknown): error is Failed {
  if (!(error instanceof Failed) || !(error.cause instanceof Error)) return false
  const cause = error.cause as AwsError
  const known = problems.find(({ when }) => when(cause))
  return known?.passes ?? (isOf(cause, 'unavailable') || (cause.$metadata?.httpStatusCode ?? 0) >= 500)
}

/** Without its last full stop, so that it can stand in a sentence; a failed connection may say nothing itself. */
const textOf = ({ message, code, errors = [] }: AwsError): string =>
  (message || errors[0]?.message || code || 'no reason given').trim().replace(/\.$/, '')
