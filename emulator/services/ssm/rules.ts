import type { PutParameterRequest } from '@aws-sdk/client-ssm'
import { AwsError } from '../types.ts'
import type { Version } from './store.ts'

const invalid = (message: string) => new AwsError('ValidationException', message)

/**
 * What PutParameter refuses.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
 */
export function checkPut(input: PutParameterRequest, before: Version | undefined): void {
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
  const dataType = input.DataType ?? before?.dataType
  if (before && (dataType === 'aws:ec2:image') !== (before.dataType === 'aws:ec2:image')) {
    throw invalid(`The data type of ${name} cannot change from ${before.dataType} to ${dataType}.`)
  }
}
