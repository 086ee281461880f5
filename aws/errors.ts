import { QuotaReached, Transient } from '../domain/errors.ts'

const throttles =
  /^(Throttling|ThrottlingException|ThrottledException|RequestLimitExceeded|TooManyRequestsException|TooManyUpdates|CallRateLimitExceededException|ProvisionedThroughputExceededException|ServiceUnavailable|ServiceUnavailableException|ServiceException|InternalServerError|InternalServerErrorException|RequestTimeout|TimeoutError)$/

/** The codes of Node's errors, all of whose names are `Error`. */
const lostConnections = ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']

/** The SDK has tried three times by now; what is left of these is for the state machine's slower Retry. */
export function classify(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const message = `${error.name}: ${error.message}`
  if (error.name === 'ServiceQuotaExceededException') return new QuotaReached(message, { cause: error })
  const fault = '$fault' in error && error.$fault === 'server'
  const lost = 'code' in error && lostConnections.includes(String(error.code))
  return fault || lost || throttles.test(error.name) ? new Transient(message, { cause: error }) : error
}
