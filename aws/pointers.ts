import { setTimeout as sleep } from 'node:timers/promises'
import {
  DeleteParameterCommand,
  GetParameterHistoryCommand,
  GetParametersCommand,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm'
import { AnswersLate } from '../domain/errors.ts'
import { isMissing, isVersionsFull } from './errors.ts'
import { NotYet, TargetMismatch } from './targets.ts'

/** Asked right before something changes in a target: it throws where nothing may change any more. */
export type Permit = () => Promise<void>
export type Pause = (milliseconds: number) => Promise<unknown>

/** As `aws:ec2:image`, Parameter Store itself makes sure that the AMI is there. The type of a parameter never changes. */
const imageType = 'aws:ec2:image'
type DataType = 'text' | typeof imageType

/** What a parameter holds. */
export interface Held {
  value: string
  dataType: DataType
  /** How often it was written. */
  version: number
}

/**
 * Writes a parameter, by its data type, which a call without one would leave to AWS.
 *
 * @throws Wrong naming the label that keeps the oldest of its versions
 */
export async function putParameter(
  ssm: SSMClient,
  { name, value, dataType }: { name: string; value: string; dataType: DataType },
): Promise<void> {
  const input = { Name: name, Value: value, Type: 'String' as const, DataType: dataType, Overwrite: true }
  try {
    await ssm.send(new PutParameterCommand(input))
  } catch (error) {
    if (!isVersionsFull(error)) throw error
    const labels = await oldestLabels(ssm, name).catch(() => [])
    throw new TargetMismatch(tooManyVersions(name, labels), { cause: error })
  }
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html */
export const mostVersions = 100

const tooManyVersions = (name: string, labels: string[]) =>
  `${name} has ${mostVersions} versions, and the oldest has ${labels.length > 0 ? `the label ${labels.join(', ')}` : 'a label'}: move it to a newer version, or remove it`

/** The labels of the oldest version that is kept. */
async function oldestLabels(ssm: SSMClient, name: string): Promise<string[]> {
  const { Parameters = [] } = await ssm.send(new GetParameterHistoryCommand({ Name: name, MaxResults: 1 }))
  return Parameters[0]?.Labels ?? []
}

/** What parameters hold, by name; one that is not there is left out. */
export async function readHeld(ssm: SSMClient, names: string[]): Promise<Map<string, Held>> {
  const found = new Map<string, Held>()
  // GetParameters takes ten names at a time, and reports those that do not exist as no error.
  for (let at = 0; at < names.length; at += 10) {
    const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names: names.slice(at, at + 10) }))
    for (const { Name = '', Value: value = '', DataType, Version: version = 0 } of Parameters)
      found.set(Name, { value, dataType: DataType === imageType ? imageType : 'text', version })
  }
  return found
}

/** What pointers name, by name; one that is not there is left out. */
export async function readPointers(ssm: SSMClient, names: string[]): Promise<Map<string, string>> {
  const held = await readHeld(ssm, names)
  return new Map([...held].map(([name, parameter]) => [name, parameter.value]))
}

/** Seconds: Parameter Store looks for the AMI after it has answered, and stores nothing if it does not find it. */
const patience = [0, 1, 2, 4, 8]

/** What parameters must hold, by name; one that is undefined may not be there. */
export type Wanted = Record<string, string | undefined>

/** A parameter that is gone already is as it must be. */
async function deleteParameter(ssm: SSMClient, name: string): Promise<void> {
  try {
    await ssm.send(new DeleteParameterCommand({ Name: name }))
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

/**
 * Points a target's parameters, in this order, and sees that they hold what they must. Writes those only that hold
 * something else: one that somebody else made as text stays text.
 *
 * @throws NotYet naming those that do not hold it; Wrong as `putParameter`; what `permit` throws
 */
export async function pointTo(
  ssm: SSMClient,
  wanted: Wanted,
  { permit = async () => {}, pause = sleep }: { permit?: Permit; pause?: Pause | undefined } = {},
): Promise<void> {
  const differing = async (names: string[]) => {
    const held = await readHeld(ssm, names)
    return names
      .filter((name) => held.get(name)?.value !== wanted[name])
      .map((name) => ({ name, value: wanted[name], held: held.get(name) }))
  }
  let wrong = await differing(Object.keys(wanted))
  if (wrong.length > 0) await permit()
  for (const { name, value, held } of wrong)
    if (value === undefined) await deleteParameter(ssm, name)
    else await putParameter(ssm, { name, value, dataType: held?.dataType ?? imageType })
  for (const seconds of patience) {
    if (wrong.length === 0) return
    if (seconds > 0) await pause(seconds * 1000)
    wrong = await differing(wrong.map(({ name }) => name))
  }
  if (wrong.length === 0) return
  throw new NotYet(
    wrong
      .map(({ name, held, value }) =>
        value === undefined
          ? `${name} is still there and has ${held?.value}`
          : `${name} has ${held?.value ?? 'no value'} and not ${value}`,
      )
      .join(', '),
  )
}

/**
 * Points the build account's own parameters, as `pointTo` does.
 *
 * @throws AnswersLate naming those that do not hold it; Wrong
 */
export async function pointOwn(ssm: SSMClient, wanted: Wanted, pause?: Pause): Promise<void> {
  try {
    await pointTo(ssm, wanted, { pause })
  } catch (error) {
    if (error instanceof NotYet) throw new AnswersLate(error.message, { cause: error })
    throw error
  }
}

/** From so many versions on it is time to say that there will be no further one. */
const manyVersions = 80

/** A parameter that keeps an old version for its labels, and so soon takes no newer one, or does not already. */
export interface FullParameter {
  name: string
  versions: number
  labels: string[]
}

/** Those of some parameters that are full, or soon will be. */
export async function fullAmong(ssm: SSMClient, held: Map<string, Held>): Promise<FullParameter[]> {
  const full: FullParameter[] = []
  for (const [name, { version }] of held) {
    if (version < manyVersions) continue
    const labels = await oldestLabels(ssm, name)
    if (labels.length > 0) full.push({ name, versions: Math.min(version, mostVersions), labels })
  }
  return full
}
