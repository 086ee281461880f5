import type { SFNClient } from '@aws-sdk/client-sfn'
import { startOnce } from '../../aws/start-once.ts'
import { type RetirementRequest, retirementName } from '../../domain/releases/retirement.ts'

interface StartRetirementDeps {
  stepFunctions: SFNClient
  machineArn: string
}

/**
 * Starts the run of retirement of a time; the same time again starts nothing. Scheduler itself would give it a name of
 * no meaning, and another one each time that it delivers.
 */
export async function startRetirement({ stepFunctions, machineArn }: StartRetirementDeps, request: RetirementRequest) {
  const name = retirementName(request.time)
  const started = await startOnce(stepFunctions, { machineArn, name, input: request })
  return { operation: name, started }
}
