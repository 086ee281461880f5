import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { isAlreadyThere } from './errors.ts'

/**
 * Starts an execution whose name says what it is for: the same again starts nothing.
 *
 * @returns whether it was started. One that still runs, with the same input, answers as if it were new.
 */
export async function startOnce(
  client: SFNClient,
  { machineArn, name, input }: { machineArn: string; name: string; input: object },
): Promise<boolean> {
  try {
    await client.send(new StartExecutionCommand({ stateMachineArn: machineArn, name, input: JSON.stringify(input) }))
    return true
  } catch (error) {
    // Step Functions keeps names for 90 days.
    if (isAlreadyThere(error)) return false
    throw error
  }
}
