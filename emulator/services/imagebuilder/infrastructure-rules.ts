import type { CreateInfrastructureConfigurationRequest } from '@aws-sdk/client-imagebuilder'
import { AwsError } from '../types.ts'

/** What Image Builder refuses of an infrastructure configuration. */

const tenancies = ['default', 'dedicated', 'host']

/** https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_CreateInfrastructureConfiguration.html */
export function checkInfrastructure(input: Partial<CreateInfrastructureConfigurationRequest>): void {
  const { description, instanceMetadataOptions: metadata = {}, keyPair, logging, placement = {} } = input
  const { httpPutResponseHopLimit: hops, httpTokens: tokens } = metadata
  if (hops !== undefined && (hops < 1 || hops > 64))
    throw invalid('httpPutResponseHopLimit', `${hops} is not from 1 to 64`)
  if (tokens !== undefined && !['required', 'optional'].includes(tokens)) throw invalid('httpTokens', tokens)
  for (const [name, text] of [
    ['description', description],
    ['keyPair', keyPair],
    ['s3KeyPrefix', logging?.s3Logs?.s3KeyPrefix],
    ['s3BucketName', logging?.s3Logs?.s3BucketName],
    ...Object.entries(placement),
  ] as const)
    if (text !== undefined && (text.length < 1 || text.length > 1_024))
      throw invalid(name, `it has ${text.length} characters, and may have 1 to 1024`)
  checkPlacement(placement)
}

/** https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_Placement.html */
function checkPlacement({
  tenancy,
  hostId,
  hostResourceGroupArn,
}: NonNullable<CreateInfrastructureConfigurationRequest['placement']>) {
  if (tenancy !== undefined && !tenancies.includes(tenancy)) throw invalid('tenancy', tenancy)
  // "If you specify both, Image Builder returns an error."
  if (hostId !== undefined && hostResourceGroupArn !== undefined)
    throw combination('A placement has either hostId or hostResourceGroupArn.')
  // "This only applies if tenancy is host": nobody says that it is ignored elsewhere.
  if ((hostId ?? hostResourceGroupArn) !== undefined && tenancy !== 'host')
    throw combination("A placement has hostId and hostResourceGroupArn where its tenancy is 'host' only.")
}

const invalid = (name: string, why: string) =>
  new AwsError('InvalidParameterValueException', `The value supplied for parameter '${name}' is not valid: ${why}.`)

const combination = (message: string) => new AwsError('InvalidParameterCombinationException', message)
