import type { LockRequest } from '../domain/locks.ts'

/**
 * The ids of waits: who waits and what ends it must name the same. A bake and a distribution are waited for under the ARN of
 * the image that Image Builder reports them as; the state machine leaves those tokens itself.
 */

/** Of one entry into the state that claims: an execution may claim, give back, and claim again. */
export const claimWait = ({ stage, holder, since }: Pick<LockRequest, 'stage' | 'holder' | 'since'>) =>
  `claim:${stage}:${holder}:${since}`

/** The answer to what was asked about an image and a ring. */
export const approvalWait = (campaign: string, image: string, ring: string) => `approval/${campaign}/${image}/${ring}`

/** An image's scan: Image Builder tells of each that completes, whatever it found. */
export const scanWait = (imageArn: string) => `scan/${imageArn}`

/** An automation execution: Systems Manager tells of each that ends. */
export const automationWait = (executionId: string) => `automation/${executionId}`

/** The list of an image's packages: no event tells of it, so only the time ends this wait. */
export const packagesWait = (imageArn: string) => `packages/${imageArn}`

/** An AMI that EC2 does not show yet: only the time ends this wait. */
export const amiWait = (ami: string) => `ami/${ami}`
