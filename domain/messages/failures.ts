/** What each failure means to a person, and what to do: by the error names that the state machine sees. */
interface Explanation {
  what: string
  todo: string
}

const explanations: Record<string, Explanation> = {
  BakeFailed: {
    what: 'its bake failed in Image Builder',
    todo: 'Open the image in the Image Builder console and follow its log stream to the step that failed. Mend the component or the recipe, and deploy. Where the reason names the parameter of the parent, the next rebake sets it again; CloudTrail (DeleteParameter) tells who deletes it.',
  },
  BakeCancelled: {
    what: 'somebody or something cancelled its bake',
    todo: 'CloudTrail (CancelImageCreation) tells who.',
  },
  BakeTimedOut: {
    what: 'its bake took longer than the timeout of the fleet allows, and was cancelled',
    todo: "Look in the image's log stream for the step that hangs. If the bake is merely slow, raise the image's timeout in fleet.yaml.",
  },
  QuotaReached: {
    what: 'Image Builder refused to start it for hours: a quota is reached',
    todo: 'Raise the quota in Service Quotas, or lower concurrentBakes in fleet.yaml.',
  },
  ValidationFailed: {
    what: 'the AMI that it baked failed its checks',
    todo: 'The AMI stays in the build account and goes nowhere. Mend the recipe or, if the check is wrong, the checks of the image in fleet.yaml.',
  },
  DistributionFailed: {
    what: 'Image Builder could not distribute its AMI',
    todo: 'Check that the target account has the role EC2ImageBuilderDistributionCrossAccountRole, may use the KMS key, and has the region enabled.',
  },
  DistributionTimedOut: {
    what: 'the distribution of its AMI did not end in time',
    todo: 'Look at the image in the Image Builder console: which region is still copying, and why.',
  },
  DistributionIncomplete: {
    what: 'a target does not have its AMI although Image Builder said that it was distributed',
    todo: "Look at the AMI in the target account: launch permissions, state, and the target account's own clean-up jobs.",
  },
  TargetUnreachable: {
    what: "a target account did not let Rebake in to look at its AMIs or to write the image's parameter",
    todo: 'Deploy the target-account stack of this fleet in that account, or mend its role.',
  },
  Aborted: {
    what: 'its execution was stopped',
    todo: 'Nothing, if it was meant. Otherwise CloudTrail (StopExecution) tells who.',
  },
  NeverOpens: {
    what: 'no time is inside all of its windows and outside all freezes',
    todo: 'Change the windows or the freezes in fleet.yaml, and deploy: rebake check says which.',
  },
  RequestRefused: {
    what: 'what was asked for does not exist, or is not to be believed',
    todo: 'Correct the names or the AMI, or deploy the fleet that has them, and start it again.',
  },
  'States.Timeout': {
    what: 'a step did not end in time',
    todo: 'Open the execution in the Step Functions console: the step that timed out is red.',
  },
}

const unknown: Explanation = {
  what: 'a step failed in a way that Rebake does not know',
  todo: "Open the execution in the Step Functions console and read the failed step's cause and the function's log.",
}

/** A Lambda error's cause is JSON with the message inside; a service's is plain text. */
export function causeText(cause: string): string {
  try {
    const parsed = JSON.parse(cause) as { errorMessage?: unknown }
    return typeof parsed.errorMessage === 'string' ? parsed.errorMessage : cause
  } catch {
    return cause
  }
}

export const explain = (error: string): Explanation => explanations[error] ?? unknown
