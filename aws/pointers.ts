import { setTimeout as sleep } from 'node:timers/promises'
import { GetParametersCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm'
import { TargetMismatch } from './targets.ts'

/** Asked right before something changes in a target: it throws where nothing may change any more. */
export type Permit = () => Promise<void>
export type Pause = (milliseconds: number) => Promise<unknown>

/** Moves a pointer. As `aws:ec2:image`, Parameter Store itself makes sure that the AMI is there. */
export async function movePointer(ssm: SSMClient, name: string, ami: string): Promise<void> {
  await ssm.send(
    new PutParameterCommand({
      Name: name,
      Value: ami,
      Type: 'String',
      DataType: 'aws:ec2:image',
      Overwrite: true,
    }),
  )
}

/** What pointers hold, by name; one that is not there is left out. */
export async function readPointers(ssm: SSMClient, names: string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  // GetParameters takes ten names at a time, and reports those that do not exist as no error.
  for (let at = 0; at < names.length; at += 10) {
    const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names: names.slice(at, at + 10) }))
    for (const { Name = '', Value = '' } of Parameters) found.set(Name, Value)
  }
  return found
}

/** Seconds: Parameter Store looks for the AMI after it has answered, and stores nothing if it does not find it. */
const patience = [0, 1, 2, 4, 8]

/**
 * Points a target's parameters, in this order, and sees that they hold what they must. Writes those only that hold
 * something else.
 *
 * @throws Wrong naming those that do not hold it; what `permit` throws
 */
export async function pointTo(
  ssm: SSMClient,
  wanted: Record<string, string>,
  { permit = async () => {}, pause = sleep }: { permit?: Permit; pause?: Pause | undefined } = {},
): Promise<void> {
  const differing = async (names: string[]) => {
    const held = await readPointers(ssm, names)
    return names.filter((name) => held.get(name) !== wanted[name]).map((name) => ({ name, held: held.get(name) }))
  }
  let wrong = await differing(Object.keys(wanted))
  if (wrong.length > 0) await permit()
  for (const { name } of wrong) await movePointer(ssm, name, wanted[name] ?? '')
  for (const seconds of patience) {
    if (wrong.length === 0) return
    if (seconds > 0) await pause(seconds * 1000)
    wrong = await differing(wrong.map(({ name }) => name))
  }
  if (wrong.length === 0) return
  throw new TargetMismatch(
    wrong.map(({ name, held }) => `${name} has ${held ?? 'no value'} and not ${wanted[name]}`).join(', '),
  )
}
