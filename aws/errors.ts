import { QuotaReached, Transient } from '../domain/errors.ts'

/*
 * What the errors of AWS mean: no other file knows their codes. The SDK gives an error its code as its name, whatever the
 * protocol; Node gives lost connections a `code`. Each class is a list of its own, so that a bundle has those only that its
 * function asks for. test/aws/errors.test.ts has the service and the source of each code.
 */

/** The service did not begin: it asks to go slower. */
const throttled = [
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'EC2ThrottledException',
  'KMSThrottlingException',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'TooManyUpdates',
  'CallRateLimitExceededException',
  'ProvisionedThroughputExceededException',
]
/** The service failed, or took too long: nobody knows how far it came. */
const unavailable = [
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'ServiceException',
  'InternalServerError',
  'InternalServerErrorException',
  'RequestTimeout',
]
/** There is no such host here, or no way to it: nothing was sent. */
const noRoute = ['ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']
/** Nothing listens there: nothing was sent. */
const connectionRefused = ['ECONNREFUSED']
const connectionLost = ['ECONNRESET', 'EPIPE']
const timedOut = ['ETIMEDOUT', 'TimeoutError']
const quota = ['ServiceQuotaExceededException']
/** IAM, a resource's policy or a key's policy does not allow it. */
const denied = [
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'NotAuthorized',
  'AuthorizationError',
  'AuthorizationErrorException',
  'KMSAccessDeniedException',
  'KmsAccessDenied',
]
/** The credentials are not taken: they are wrong, or the region has never heard of the account, as it has not opted in. */
const badCredentials = [
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
  'IncompleteSignature',
  'AuthFailure',
]
const notOptedIn = ['OptInRequired']
const expired = [
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'TokenProviderError',
  'SSOTokenProviderFailure',
]
/** The SDK found none on this machine. */
const noCredentials = ['CredentialsProviderError', 'ProviderError']
/** It is not there; also of an id that nothing can have. */
const missing = [
  'ResourceNotFoundException',
  'NotFound',
  'NotFoundException',
  'NoSuchEntity',
  'NoSuchEntityException',
  'NoSuchResourceException',
  'ParameterNotFound',
  'ParentNotFoundException',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
  'StateMachineDoesNotExist',
  'TableNotFoundException',
  'InvalidAMIID.NotFound',
  'InvalidAMIID.Unavailable',
  'InvalidAMIID.Malformed',
  'InvalidSnapshot.NotFound',
  'InvalidSubnetID.NotFound',
  'InvalidGroup.NotFound',
  'InvalidKeyPair.NotFound',
  'InvalidLaunchTemplateId.NotFound',
  'InvalidLaunchTemplateId.VersionNotFound',
  'InvalidLaunchTemplateName.NotFoundException',
  'InvalidLaunchTemplateName.MalformedException',
]
/** It names a role that is not there. */
const noPrincipal = ['InvalidArnException']
const alreadyThere = ['ExecutionAlreadyExists', 'ResourceAlreadyExistsException']
/** Something else works on it, or it is in another state than this takes. */
const inUse = ['ResourceInUseException', 'InvalidSnapshot.InUse']
/** Something else needs it. */
const dependedOn = ['ResourceDependencyException']
/** The service does not do that with this resource. */
const invalid = ['InvalidRequestException', 'InvalidInputException', 'AWSOrganizationsNotInUseException']
/** The service does not take what was sent: a value, or one that the resource cannot change to. */
const refusedValue = ['ValidationException']
/** The oldest of a parameter's versions has a label, so there can be no newer one. */
const versionsFull = ['ParameterMaxVersionLimitExceeded']
/** A KMS key does not decrypt it. */
const undecryptable = ['DecryptionFailure']

/** Every code that is known, by what it means. */
export const codes = {
  throttled,
  unavailable,
  noRoute,
  connectionRefused,
  connectionLost,
  timedOut,
  quota,
  denied,
  badCredentials,
  notOptedIn,
  expired,
  noCredentials,
  missing,
  noPrincipal,
  alreadyThere,
  inUse,
  dependedOn,
  invalid,
  refusedValue,
  versionsFull,
  undecryptable,
} satisfies Record<string, readonly string[]>

export type ErrorClass = keyof typeof codes

/** The error's own codes, and where a host has several addresses, those of each. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  const own = 'code' in error ? [error.name, String(error.code)] : [error.name]
  return 'errors' in error && Array.isArray(error.errors) ? own.concat(error.errors.flatMap(codesOf)) : own
}

const isOneOf = (error: unknown, ...lists: (readonly string[])[]): boolean =>
  codesOf(error).some((code) => lists.some((list) => list.includes(code)))

/** Whether an error is of a class. A function whose bundle should be small asks one of those below. */
export const isOf = (error: unknown, ...classes: ErrorClass[]): boolean =>
  isOneOf(error, ...classes.map((each) => codes[each]))

export const isDenied = (error: unknown): error is Error => isOneOf(error, denied)
export const isMissing = (error: unknown): error is Error => isOneOf(error, missing)
export const isNoPrincipal = (error: unknown): error is Error => isOneOf(error, noPrincipal)
export const isAlreadyThere = (error: unknown): error is Error => isOneOf(error, alreadyThere)
export const isInUse = (error: unknown): error is Error => isOneOf(error, inUse)
export const isDependedOn = (error: unknown): error is Error => isOneOf(error, dependedOn)
export const isInvalid = (error: unknown): error is Error => isOneOf(error, invalid)
export const isRefusedValue = (error: unknown): error is Error => isOneOf(error, refusedValue)
export const isVersionsFull = (error: unknown): error is Error => isOneOf(error, versionsFull)
export const isUndecryptable = (error: unknown): error is Error => isOneOf(error, undecryptable)

/** Whether another account, or one of its regions, does not let us in, or not do this. */
export const isRefused = (error: unknown): error is Error => isOneOf(error, denied, badCredentials, notOptedIn)

/** Whether a call surely did nothing, of a client that tries once. */
export const isNotBegun = (error: unknown): error is Error => isOneOf(error, throttled, noRoute, connectionRefused)

const isTransient = (error: Error): boolean =>
  ('$fault' in error && error.$fault === 'server') ||
  isOneOf(error, throttled, unavailable, noRoute, connectionRefused, connectionLost, timedOut)

/** The SDK has tried three times by now; what is left of these is for the state machine's slower Retry. */
export function classify(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const message = `${error.name}: ${error.message}`
  if (isOneOf(error, quota)) return new QuotaReached(message, { cause: error })
  return isTransient(error) ? new Transient(message, { cause: error }) : error
}
