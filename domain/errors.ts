import { type CarrierName, type ErrorData, writeErrorData } from './error-data.ts'

/**
 * The errors that handlers throw. Their names are the contract with the state machines' Retry and Catch:
 * a test holds the two together. Written out, because minifying changes the names of classes. Without side effects, so that a
 * bundle has those only that it uses.
 */
const named = /* @__NO_SIDE_EFFECTS__ */ <N extends string>(name: N) =>
  class Named extends Error {
    override readonly name = name
  }

/** One with data for the state machines, which its message is: domain/error-data.ts says what. */
const carrying = /* @__NO_SIDE_EFFECTS__ */ <N extends CarrierName>(name: N) =>
  class Carrying extends Error {
    override readonly name = name
    readonly data: ErrorData[N]

    constructor(data: ErrorData[N], options?: ErrorOptions) {
      super(writeErrorData(data), options)
      this.data = data
    }
  }

/** Something that another try may fix: throttling, a service that is briefly away, a busy ledger. */
export class Transient extends named('Transient') {}

/** The build account cannot see a released AMI: its owner may be about to share it. */
export class AmiNotVisible extends named('AmiNotVisible') {}

/** What a person asked for, or the pipeline that bakes it, cannot be used as it is. */
export class RequestRefused extends named('RequestRefused') {}

/** A freeze or a window forbids it now. */
export class OutsideChangeWindow extends carrying('OutsideChangeWindow') {}

/** A newer campaign has taken over the image: the older one ends there, and that is no failure. */
export class Superseded extends named('Superseded') {}

/** An image that was planned has no pipeline now: a deployment has removed it. */
export class PipelineMissing extends named('PipelineMissing') {}

/** A bake failed, and no other subnet would help. */
export class BakeFailed extends named('BakeFailed') {}
/** Somebody has disabled the pipeline of an image, and Image Builder does not start it. */
export class PipelineDisabled extends named('PipelineDisabled') {}

/** A quota of Image Builder is reached: worth another try in minutes, not in seconds. */
export class QuotaReached extends named('QuotaReached') {}

/** What AWS was asked to do, or says that it has done, is not to be seen yet: worth another try for some minutes. */
export class AnswersLate extends named('AnswersLate') {}

/** Parameter Store does not take the parent of a bake: a parameter of another type, or without room. */
export class ParentNotPinned extends named('ParentNotPinned') {}

/** The image cannot be baked on the AMI of its parent, as the fleet says what it is: found before anything is baked. */
export class ParentRefused extends named('ParentRefused') {}

/** The AMI is not what the fleet says that it must be. */
export class ValidationFailed extends named('ValidationFailed') {}

/** Image Builder still distributes: wait for its event once more. */
export class DistributionInProgress extends carrying('DistributionInProgress') {}
export class DistributionFailed extends named('DistributionFailed') {}
export class DistributionTimedOut extends named('DistributionTimedOut') {}
/** Copies failed that another try may bring. */
export class DistributionRetriable extends carrying('DistributionRetriable') {}
/** A target does not have what Image Builder said that it distributed. */
export class DistributionIncomplete extends named('DistributionIncomplete') {}

/** Some targets do not point to the AMI that they have. */
export class PublicationIncomplete extends named('PublicationIncomplete') {}

/** Some targets do not point to the release that their image rolls back to. */
export class RollbackIncomplete extends named('RollbackIncomplete') {}

/** Every target has its AMI of a roll-out before: nothing is to be distributed. */
export class CopiesInPlace extends named('CopiesInPlace') {}
/** What was in place is not, or not as the fleet wants it now: it is distributed. */
export class CopiesGone extends named('CopiesGone') {}
/** Somebody must agree before an image goes to a ring, and nobody has yet. */
export class ApprovalNeeded extends named('ApprovalNeeded') {}

/** The alarm of the ring before has fired since the image was published there. */
export class AlarmFired extends named('AlarmFired') {}
/** A ring's alarm is not there or cannot be asked: nobody knows whether it is quiet. */
export class AlarmUnknown extends named('AlarmUnknown') {}

/** Some AMIs are not deprecated, disabled or removed as they should be. */
export class WithdrawalIncomplete extends named('WithdrawalIncomplete') {}

/** Nobody tells this account who belongs to a ring's organizational units or organization. */
export class OrganizationUnreadable extends named('OrganizationUnreadable') {}

/** A target account's role is missing, or refuses what Rebake must do there. */
export class TargetUnreachable extends named('TargetUnreachable') {}

/** Slack does not take a message, or nobody can know how to post it: another try would bring the same. */
export class SlackRefused extends named('SlackRefused') {}

/** What the caller sent is not what the function takes. */
export class InvalidInput extends named('InvalidInput') {}
