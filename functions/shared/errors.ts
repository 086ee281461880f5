/**
 * The errors that handlers throw. Their names are the contract with the state machines' Retry and Catch:
 * a test holds the two together.
 */
class NamedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}

/** Something that another try may mend: throttling, a service that is briefly away, a busy ledger. */
export class Transient extends NamedError {}

/** A quota of Image Builder is reached: worth another try in minutes, not in seconds. */
export class QuotaReached extends NamedError {}

/** The pipeline cannot find what its recipe's `ssm:` parent names. */
export class RecipeParentMissing extends NamedError {}

/** The AMI is not what the fleet says that it must be. */
export class ValidationFailed extends NamedError {}

/** Image Builder still distributes: wait for its event once more. */
export class DistributionInProgress extends NamedError {}
export class DistributionFailed extends NamedError {}
export class DistributionTimedOut extends NamedError {}
/** A target does not have what Image Builder said that it distributed. */
export class DistributionIncomplete extends NamedError {}

/** A target account's role is missing, or refuses what Rebake must do there. */
export class TargetUnreachable extends NamedError {}

/** What the caller sent is not what the function takes. */
export class InvalidInput extends NamedError {}

const throttles =
  /^(Throttling|ThrottlingException|ThrottledException|RequestLimitExceeded|TooManyRequestsException|TooManyUpdates|CallRateLimitExceededException|ProvisionedThroughputExceededException|ServiceUnavailable|ServiceUnavailableException|ServiceException|InternalServerError|InternalServerErrorException|RequestTimeout|TimeoutError)$/

/** The SDK has tried three times by now; what is left of these is for the state machine's slower Retry. */
export function classify(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof NamedError) return error
  const message = `${error.name}: ${error.message}`
  if (error.name === 'ServiceQuotaExceededException') return new QuotaReached(message, { cause: error })
  const fault = '$fault' in error && error.$fault === 'server'
  return fault || throttles.test(error.name) ? new Transient(message, { cause: error }) : error
}
