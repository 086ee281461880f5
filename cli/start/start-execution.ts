import { calling } from '../deployment/aws-problems.ts'
import type { Deployment } from '../deployment/deployment.ts'
import { Failed } from '../problems.ts'

interface Start {
  what: string
  /** ISO 8601: the time of the command, which the same again must name. */
  time: string
  /** What else the same command does. */
  also?: string
}

/** Starts something, and says what to do where nobody heard whether it was started. @throws BadInput or Failed */
export const starting = <T>(
  deployment: Deployment,
  { what, time, also = '' }: Start,
  start: () => Promise<T>,
): Promise<T> =>
  calling(deployment, `start the ${what}`, start).catch((error: unknown) => {
    if (!isUncertain(error)) throw error
    throw new Failed(
      `${error.message}\nIt may have been started all the same. The same command with --at ${time} starts it once, ` +
        `however often it is given${also}.`,
      { cause: error },
    )
  })

/** AWS may have done what it did not answer to. */
function isUncertain(error: unknown): error is Failed {
  if (!(error instanceof Failed)) return false
  const { code, $metadata } = error.cause as { code?: string; $metadata?: { httpStatusCode?: number } }
  return code !== 'ECONNREFUSED' && ($metadata?.httpStatusCode ?? 500) >= 500
}
