import type { PutParameterRequest } from '@aws-sdk/client-ssm'
import { AwsError } from '../types.ts'
import { last, mostVersions, type Parameter, type Version } from './store.ts'

const invalid = (message: string) => new AwsError('ValidationException', message)

/**
 * What PutParameter refuses.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
 */
export function checkPut(input: PutParameterRequest, existing: Parameter | undefined, isStrict: boolean): void {
  const before = existing && last(existing)
  const { Name: name = '', Value: value = '', Overwrite: overwrite } = input
  if (!/^[\w.\-/]+$/.test(name) || (name.includes('/') && !name.startsWith('/'))) {
    throw invalid(`Parameter name ${name} must be a fully qualified name of a-zA-Z0-9_.-/`)
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw new AwsError('AccessDeniedException', `No access to reserved parameter name: ${name}.`)
  }
  if (value === '') throw invalid('The parameter value must have at least one character.')
  if (Buffer.byteLength(value) > 4096) throw invalid('Standard tier parameters hold at most 4096 characters.')
  if (!before && !input.Type) throw invalid('A parameter type is required when you create a parameter.')
  if (before && !overwrite) {
    const advice = 'To overwrite this value, set the overwrite option in the request to true.'
    throw new AwsError('ParameterAlreadyExists', `The parameter already exists. ${advice}`)
  }
  if (overwrite && input.Tags?.length) {
    throw invalid("Invalid request: tags and overwrite can't be used together.")
  }
  // https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-data-types.html
  const dataType = dataTypeOf(input, before, isStrict)
  if (before && dataType !== before.dataType) {
    throw invalid(`The data type of ${name} cannot change from ${before.dataType} to ${dataType}.`)
  }
  const [oldest] = existing?.versions ?? []
  if (existing && oldest && existing.versions.length >= mostVersions && oldest.labels.size > 0)
    throw new AwsError(
      'ParameterMaxVersionLimitExceeded',
      `Version ${oldest.version} of ${name}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.`,
    )
}

/** "text" is the default; nobody says whether that holds for a parameter that is there, too. */
export const dataTypeOf = (input: PutParameterRequest, before: Version | undefined, isStrict: boolean): string =>
  input.DataType ?? (isStrict ? undefined : before?.dataType) ?? 'text'

/** Labels of one version. */
const mostLabels = 10

/**
 * Which of some labels a version cannot have.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html
 */
export const invalidLabels = (labels: string[]): string[] =>
  labels.filter((label) => !/^[a-zA-Z_.-][\w.-]{0,99}$/.test(label) || /^(aws|ssm)/i.test(label))

export function checkLabels({ version, labels }: Version, more: string[]): void {
  if (new Set([...labels, ...more]).size > mostLabels)
    throw new AwsError(
      'ParameterVersionLabelLimitExceeded',
      `Version ${version} cannot have more than ${mostLabels} labels.`,
    )
}
