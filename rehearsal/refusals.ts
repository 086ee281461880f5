import type { PutEventsRequest } from '@aws-sdk/client-eventbridge'
import type { StartExecutionInput } from '@aws-sdk/client-sfn'
import type { PublishInput } from '@aws-sdk/client-sns'
import { AwsError, type ServiceCall } from '../emulator/index.ts'
import type { Faults } from './faults.ts'

/** Why a service refuses a call that it would take, where a fault has it do so. */
export const refusalOf = (faults: Faults, call: ServiceCall): AwsError | undefined =>
  call.byMachine ? ofMachine(faults, call) : ofPublication(faults, call)

/** The start of a rebake is that of its image. */
function ofMachine(faults: Faults, { service, operation, input }: ServiceCall): AwsError | undefined {
  const imageOf = ({ input: text = '{}' }: Partial<StartExecutionInput>) => String(JSON.parse(text).image)
  const refusal =
    operation === 'StartExecution'
      ? faults.at('start', imageOf(input as StartExecutionInput))
      : faults.at('call', service)
  return refusal && new AwsError(refusal.name, refusal.message)
}

/** What SNS and EventBridge say of what functions publish about an image. */
function ofPublication(faults: Faults, { service, operation, input }: ServiceCall): AwsError | undefined {
  if (service === 'sns' && operation === 'Publish') {
    const { image } = (input as PublishInput).MessageAttributes ?? {}
    if (faults.at('publication', image?.StringValue ?? '') !== 'refused') return undefined
    // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
    return new AwsError('KMSDisabled', "The request was rejected because the specified AWS KMS key isn't enabled.", 400)
  }
  if (service === 'events' && operation === 'PutEvents') {
    const images = ((input as PutEventsRequest).Entries ?? []).map(({ Detail = '{}' }) => JSON.parse(Detail).image)
    if (images.every((image) => faults.at('publication', String(image)) !== 'refused')) return undefined
    // https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html
    return new AwsError('AccessDeniedException', 'You do not have sufficient access to perform this action.', 400)
  }
  return undefined
}
