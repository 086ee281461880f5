/**
 * The errors that handlers throw. Their names are the contract with the state machines' Retry and Catch:
 * a test holds the two together. Written out, because minifying changes the names of classes.
 */
class Named extends Error {}

/** Something that another try may mend: throttling, a service that is briefly away, a busy ledger. */
export class Transient extends Named {
  override readonly name = 'Transient'
}

/** A quota of Image Builder is reached: worth another try in minutes, not in seconds. */
export class QuotaReached extends Named {
  override readonly name = 'QuotaReached'
}

/** The pipeline cannot find what its recipe's `ssm:` parent names. */
export class RecipeParentMissing extends Named {
  override readonly name = 'RecipeParentMissing'
}

/** The AMI is not what the fleet says that it must be. */
export class ValidationFailed extends Named {
  override readonly name = 'ValidationFailed'
}

/** Image Builder still distributes: wait for its event once more. */
export class DistributionInProgress extends Named {
  override readonly name = 'DistributionInProgress'
}
export class DistributionFailed extends Named {
  override readonly name = 'DistributionFailed'
}
export class DistributionTimedOut extends Named {
  override readonly name = 'DistributionTimedOut'
}
/** A target does not have what Image Builder said that it distributed. */
export class DistributionIncomplete extends Named {
  override readonly name = 'DistributionIncomplete'
}

/** A target account's role is missing, or refuses what Rebake must do there. */
export class TargetUnreachable extends Named {
  override readonly name = 'TargetUnreachable'
}

/** What the caller sent is not what the function takes. */
export class InvalidInput extends Named {
  override readonly name = 'InvalidInput'
}

const throttles =
  /^(Throttling|ThrottlingException|ThrottledException|RequestLimitExceeded|TooManyRequestsException|TooManyUpdates|CallRateLimitExceededException|ProvisionedThroughputExceededException|ServiceUnavailable|ServiceUnavailableException|ServiceException|InternalServerError|InternalServerErrorException|RequestTimeout|TimeoutError)$/

/** The codes of Node's errors, all of whose names are `Error`. */
const lostConnections = ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']

/** The SDK has tried three times by now; what is left of these is for the state machine's slower Retry. */
export function classify(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Named) return error
  const message = `${error.name}: ${error.message}`
  if (error.name === 'ServiceQuotaExceededException') return new QuotaReached(message, { cause: error })
  const fault = '$fault' in error && error.$fault === 'server'
  const lost = 'code' in error && lostConnections.includes(String(error.code))
  return fault || lost || throttles.test(error.name) ? new Transient(message, { cause: error }) : error
}
