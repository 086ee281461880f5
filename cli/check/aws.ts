import { isDenied } from '../../aws/errors.ts'
import { calling } from '../deployment/aws-problems.ts'
import type { Deployment } from '../deployment/deployment.ts'
import { Environment } from '../doctor/environment.ts'
import { type Examined, examineAll } from '../doctor/examine.ts'
import { preflightChecks } from '../doctor/preflight.ts'
import { Failed } from '../problems.ts'
import { type Compared, compare, type OtherPipelines, otherPipelines } from './api.ts'

export interface InAws {
  compared: Compared[]
  others: OtherPipelines
  preflight: Examined[]
}

/** What there is in the build account before or after a deploy, by the caller's own credentials. Changes nothing. */
export async function lookAtAws(deployment: Deployment): Promise<InAws> {
  const environment = new Environment(deployment, {})
  // Who may not see the state machines finds the pipelines missing: a problem too many, and none too few.
  const isDeployed = await calling(deployment, 'look for the fleet', () => environment.isDeployed()).catch(
    (error: unknown) => {
      if (error instanceof Failed && isDenied(error.cause)) return true
      throw error
    },
  )
  const compared = await compare(deployment, { isDeployed })
  return {
    compared,
    others: await otherPipelines(deployment),
    preflight: await examineAll(preflightChecks, environment, () => undefined),
  }
}
