import { command } from '../command-text.ts'
import { type CarrierName, carriesData, type ErrorData, readErrorData } from '../error-data.ts'
import { fullSubnet } from '../no-capacity.ts'
import { type FunctionDeath, stepErrors } from '../step-errors.ts'

export interface Failure {
  error: string
  cause: string
}

/** What each failure means to a person, and what to do: by the error names that the state machine sees. */
interface Explanation {
  what: string
  todo: string
}

const explanations: Record<string, Explanation> = {
  BakeFailed: {
    what: 'its bake failed in Image Builder',
    todo: 'Open the image in the Image Builder console: its status names the workflow step that failed. Only what ran on the build instance has a log stream.',
  },
  PipelineMissing: {
    what: 'its pipeline is not there any more',
    todo: 'A deployment removed the image, or somebody deleted its pipeline. If the fleet still has the image, deploy it again: npm run deploy.',
  },
  PipelineDisabled: {
    what: 'its pipeline is disabled',
    todo: 'Somebody disabled it in Image Builder, where CloudTrail (UpdateImagePipeline) tells who, or its own schedule failed too often. Enable it: Edit pipeline in the Image Builder console, or UpdateImagePipeline with status ENABLED. To stop an image, hold it.',
  },
  BakeCancelled: {
    what: 'somebody or something cancelled its bake',
    todo: 'CloudTrail (CancelImageCreation) tells who.',
  },
  BakeTimedOut: {
    what: 'its bake took longer than the timeout of the fleet allows, and was cancelled',
    todo: "Open the image in the Image Builder console: its workflow shows the step that hangs. Logs come when a build has ended by itself. If the bake is merely slow, raise the image's timeout in fleet.yaml.",
  },
  ParentNotPinned: {
    what: 'the parameter that its recipe takes the parent from could not be written',
    todo: "Fix the cause above. If the parameter's data type is not text, delete the parameter (aws ssm delete-parameter --name NAME): AWS does not change a data type. The next bake creates it again.",
  },
  ParentRefused: {
    what: 'it cannot be baked on the AMI of its parent',
    todo: `Change what is named above, in fleet.yaml where it names a line, and deploy: npm run deploy. If the AMI is at fault, its owner makes another one.`,
  },
  BakeUnclear: {
    what: 'an event said that its bake has ended, but Image Builder does not show the result',
    todo: `Open the image in the Image Builder console. Rebake cancelled nothing. ${command('retry', 'IMAGE')} bakes the image again; an AMI that this bake made stays in the build account.`,
  },
  AnswersLate: {
    what: 'AWS did not show a change for some twenty minutes',
    todo: `Look for the change that is named above in the console of that service. When it is there, use ${command('retry', 'IMAGE')}.`,
  },
  QuotaReached: {
    what: 'Image Builder refused to start it for hours: a quota is reached',
    todo: 'Raise the quota in Service Quotas, or lower concurrentBakes in fleet.yaml.',
  },
  ValidationFailed: {
    what: 'the AMI that it baked failed its checks',
    todo: 'The AMI stays in the build account and goes nowhere. Fix the recipe or, if the check is wrong, the checks of the image in fleet.yaml.',
  },
  DistributionFailed: {
    what: 'Image Builder could not distribute its AMI',
    todo: 'Fix what is said above. The image of the distribution in the Image Builder console has all that Image Builder tells.',
  },
  DistributionTimedOut: {
    what: 'the distribution of its AMI did not end in time',
    todo: 'Look at the image in the Image Builder console: which region is still copying, and why.',
  },
  DistributionIncomplete: {
    what: 'a target does not have its AMI although Image Builder said that it was distributed',
    todo: "Look at the AMI in the target account: launch permissions, state, and the target account's own clean-up jobs.",
  },
  DistributionRetriable: {
    what: 'Image Builder could not copy its AMI to some targets, and should have tried again',
    todo: 'Open the execution in the Step Functions console: the step after Verify Distribution says why it did not.',
  },
  PublicationIncomplete: {
    what: 'some targets of a ring have its AMI and do not point to it',
    todo: `Fix what is said of each target above: its role, its parameter or its launch template. Then ${command('retry', 'IMAGE')} points all of them; it makes no copies again.`,
  },
  RollbackIncomplete: {
    what: 'some targets do not point to the release that it rolls back to',
    todo: 'Fix what is said of each target above: its role, its parameter or its launch template. Then give the same command again: it writes only what differs.',
  },
  ApprovalRejected: {
    what: 'somebody who may approve it for its next ring rejected it',
    todo: 'Fix what the reason says. The rings before keep it, those after it keep what they have.',
  },
  ApprovalTimedOut: {
    what: 'nobody approved it for its next ring in time, which rejects it',
    todo: "Find out whether those who may approve read the request; the ring's approval in fleet.yaml says who they are, and how long they have. The rings before keep it.",
  },
  AlarmFired: {
    what: 'the alarm of a ring that has it has fired',
    todo: `Look at what the alarm watches: it points to the image or to something else of the same hours. The rings that have it keep it until somebody points them back (${command('rollback', 'IMAGE')}); it goes no further.`,
  },
  AlarmUnknown: {
    what: 'the alarm of a ring that has it cannot be asked',
    todo: `If the alarm or a role is named above as the cause, correct the ring's alarm in fleet.yaml, or let the role read it. If too much time had passed, use ${command('retry', 'IMAGE')}: an image goes on only while the alarm is known to be quiet.`,
  },
  OrganizationUnreadable: {
    what: 'nobody tells the build account which accounts belong to a ring',
    todo: "Make the build account a delegated administrator of the organization, or let it read the organization by the management account's delegation policy.",
  },
  TargetUnreachable: {
    what: "a target account did not let Rebake in to look at its AMIs or to write the image's parameter",
    todo: 'Deploy the target-account stack of this fleet in that account, or fix its role.',
  },
  WithdrawalIncomplete: {
    what: 'some of its AMIs are not withdrawn',
    todo: 'Fix what is said of each account above, most often its role: deploy the target-account stack of this fleet there. What is left is tried again.',
  },
  Aborted: {
    what: 'its execution was stopped',
    todo: 'Nothing, if it was meant. Otherwise CloudTrail (StopExecution) tells who.',
  },
  Cancelled: {
    what: 'it was stopped',
    todo: `Nothing, if it was meant. ${command('retry', 'IMAGE')} bakes it again, or rolls it out where it had passed its checks.`,
  },
  NotStarted: {
    what: 'Step Functions did not start its rebake, for minutes',
    todo: "The reason is Step Functions': mostly the quota of StartExecution, which everything in the account shares. Nothing of the image has changed: the next hourly check starts it again.",
  },
  NeverOpens: {
    what: 'no time is inside all of its windows and outside all freezes',
    todo: `Change the windows or the freezes in fleet.yaml, and deploy: ${command('check')} says which.`,
  },
  RequestRefused: {
    what: 'what was asked for, or the pipeline that bakes it, cannot be used as it is',
    todo: 'The reason names it: correct the name, the AMI or the pipeline, or deploy the fleet that has it, and start it again.',
  },
  InvalidRequestException: {
    what: 'an AWS service refused what it was asked to do',
    todo: `The reason is the service's own, and names what to correct, such as the execution role of a pipeline. Then use ${command('retry', 'IMAGE')}.`,
  },
  'States.Timeout': {
    what: 'a step did not end in time',
    todo: 'Open the execution in the Step Functions console: the step that timed out is red.',
  },
}

/** What people read of a function that did not answer, however often it was tried. */
const deaths: Record<FunctionDeath, Explanation> = {
  'out of time': {
    what: "one of Rebake's functions did not end in its time, each time that it was tried",
    todo: `Read the function's log of that hour: its last line is the call that did not come back. AWS Health says whether that service was away. Then use ${command('retry', 'IMAGE')}.`,
  },
  'out of memory': {
    what: "one of Rebake's functions ran out of memory, each time that it was tried",
    todo: `Read the function's log of that hour, and report it: the fleet is larger than its memory allows. ${command('retry', 'IMAGE')} tries again.`,
  },
  died: {
    what: "one of Rebake's functions ended without an answer, each time that it was tried",
    todo: `Read the function's log of that hour, and AWS Health for Lambda in that region. Then use ${command('retry', 'IMAGE')}.`,
  },
}

const deathOf = (error: string): FunctionDeath | undefined => stepErrors[error]?.death

/** What to do where the cause of a failure says more than its name. */
interface Advice {
  /** A text that the cause has: AWS's own, or one of ours. */
  when: RegExp
  todo: string
  /** Nothing ran on the build instance: there is no log stream. */
  withoutLog?: true
}

/** The first that fits. */
const ofBakes: Advice[] = [
  {
    when: fullSubnet,
    todo: `Give its infrastructure in fleet.yaml further instanceTypes, or a network with further subnets in other Availability Zones, and deploy; for a pipeline that was there before, change its own infrastructure configuration in Image Builder. ${command('check --aws')} says which zone has which type. Rebake tries again by itself, and ${command('retry', 'IMAGE')} at once: EC2 may have capacity again.`,
    withoutLog: true,
  },
  {
    // https://docs.aws.amazon.com/imagebuilder/latest/userguide/troubleshooting.html#ts-timeout-ssm-agent
    when: /Systems Manager Agent|workflow step LaunchBuildInstance/,
    todo: "Nothing ran on the build instance, so it has no log. Look at its way to Systems Manager: the subnet's NAT or its endpoints (ssm, ssmmessages, ec2messages), port 443 out of the security group, the SSM Agent in the parent AMI, and the instance role's AmazonSSMManagedInstanceCore.",
    withoutLog: true,
  },
  {
    when: /SSM parameter/,
    todo: "The next rebake sets the parent's parameter again; CloudTrail (DeleteParameter) tells who deletes it.",
    withoutLog: true,
  },
  {
    // https://docs.aws.amazon.com/imagebuilder/latest/userguide/troubleshooting.html#ts-access-denied
    when: /status code: 403|AccessDenied/,
    todo: "Let the role of the instance have what it is denied: by reads or writes of the image's infrastructure in fleet.yaml, and by the policy of the bucket or the key. The log stream says which call that was.",
  },
  {
    when: /component [a-z0-9-_]+\//,
    todo: 'The log stream has all that the component printed. Fix the component, and deploy.',
  },
]

const ofDistributions: Advice[] = [
  {
    when: /AWS Managed CMK/i,
    todo: "A volume of the AMI is encrypted with alias/aws/ebs, a key that AWS manages and no other account can use: no role helps. Name the root by root, and every other volume of the parent in volumes of the image in fleet.yaml, which encrypts them with the fleet's key, and a key of yours in the ring's kmsKeys where it has some. In the recipe of a pipeline that was there before, give each blockDeviceMapping a kmsKeyId.",
  },
  {
    when: /ASSOCIATE_LICENSES|license/i,
    todo: "Check the ring's licenses in fleet.yaml: each must be a license configuration of the build account in its region, with room.",
  },
  {
    when: /not authorized to perform: kms:/,
    todo: 'Let the role that is named above use the key that is named above: by the policy of the key, and of the role where the key belongs to another account.',
  },
  {
    when: /to assume|sts:AssumeRole|EC2ImageBuilderDistributionCrossAccountRole/,
    todo: 'Make the role EC2ImageBuilderDistributionCrossAccountRole in the target account, and let it trust the build account.',
  },
  {
    when: /storage of this ami/i,
    todo: "Let the role EC2ImageBuilderDistributionCrossAccountRole of the target account use the key that the AMI is encrypted with, by the key's policy and by its own.",
  },
  {
    when: /\bkey\b|KMS|CMK/i,
    todo: "Check the ring's kmsKeys in fleet.yaml: each key must be there, enabled, and its policy must let the copying role use it.",
  },
  {
    when: /validate the provided access credentials|not enabled|OptInRequired/i,
    todo: 'Enable the region in that account, or leave it out of the ring.',
  },
  {
    when: /exceeded|quota|limit/i,
    todo: 'Raise the quota that is named above in that account and region, or put fewer targets in one ring.',
  },
]

const advices: Record<string, Advice[]> = {
  BakeFailed: ofBakes,
  DistributionFailed: ofDistributions,
  DistributionRetriable: ofDistributions,
}

const adviceOn = ({ error, cause }: Failure): Advice | undefined => {
  const text = causeText(cause)
  return advices[error]?.find(({ when }) => when.test(text))
}

/** What to do about a failure, by its cause where that is known. */
export const todoFor = (failure: Failure): string => adviceOn(failure)?.todo ?? explain(failure.error).todo

/** Whether something may have run on the build instance, and so left a log. */
export const mayHaveLog = (failure: Failure): boolean => !adviceOn(failure)?.withoutLog

const unknown: Explanation = {
  what: 'a step failed in a way that Rebake does not know',
  todo: "Open the execution in the Step Functions console and read the failed step's cause and the function's log.",
}

/** What an error that carries data says to people. */
const sentences: { readonly [N in CarrierName]: (data: ErrorData[N]) => string } = {
  OutsideChangeWindow: ({ opensAt, reasons }) => `${opensAt} ${reasons.join('; ')}`,
  DistributionInProgress: ({ arn, status }) => `${arn} is ${status}`,
  DistributionRetriable: ({ arn, failure }) => `${arn} failed: ${failure}`,
}

function sentenceOf<N extends CarrierName>(name: N, message: string): string {
  const data = readErrorData(name, message)
  return data === undefined ? message : sentences[name](data)
}

/**
 * A Lambda error's cause is JSON with the message inside, which is data of some errors; a service's is plain text. Step Functions cuts long
 * causes: of JSON without its end, what is there of the message counts.
 */
export function causeText(cause: string): string {
  const { errorType, errorMessage } = parsed(cause) ?? cutOff(cause)
  if (typeof errorMessage !== 'string') return cause
  return typeof errorType === 'string' && carriesData(errorType) ? sentenceOf(errorType, errorMessage) : errorMessage
}

interface LambdaError {
  errorType?: unknown
  errorMessage?: unknown
}

function parsed(cause: string): LambdaError | undefined {
  try {
    return (JSON.parse(cause) ?? {}) as LambdaError
  } catch {
    return undefined
  }
}

/** Two members of JSON that is cut somewhere: a text ends with its last whole character. */
function cutOff(cause: string): LambdaError {
  const member = (name: string) => {
    const [, text] =
      new RegExp(`^\\{.*?"${name}"\\s*:\\s*"((?:[^"\\\\]|\\\\u[0-9a-fA-F]{4}|\\\\[^u])*)`, 's').exec(cause) ?? []
    return text === undefined ? undefined : (JSON.parse(`"${text}"`) as string)
  }
  return { errorType: member('errorType'), errorMessage: member('errorMessage') }
}

export function explain(error: string): Explanation {
  const death = deathOf(error)
  return death ? deaths[death] : (explanations[error] ?? unknown)
}
