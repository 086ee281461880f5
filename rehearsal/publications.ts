import type { PutEventsRequest } from '@aws-sdk/client-eventbridge'
import type { PublishInput } from '@aws-sdk/client-sns'
import { AwsError } from '../emulator/index.ts'
import type { Faults } from './faults.ts'

interface Call {
  service: string
  operation: string
  input: unknown
}

/** Why SNS or EventBridge refuse what is published about an image, where a fault has them do so. */
export function refusalOf(faults: Faults, { service, operation, input }: Call): AwsError | undefined {
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
