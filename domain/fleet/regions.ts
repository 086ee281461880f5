/**
 * AWS regions by partition, so that a typing mistake is found before a deploy. Source: region-info of
 * aws-cdk-lib 2.276, the public partitions; a test holds this list against the installed release.
 */
const partitions: Record<string, string[]> = {
  aws: [
    'af-south-1',
    'ap-east-1',
    'ap-east-2',
    'ap-northeast-1',
    'ap-northeast-2',
    'ap-northeast-3',
    'ap-south-1',
    'ap-south-2',
    'ap-southeast-1',
    'ap-southeast-2',
    'ap-southeast-3',
    'ap-southeast-4',
    'ap-southeast-5',
    'ap-southeast-6',
    'ap-southeast-7',
    'ca-central-1',
    'ca-west-1',
    'eu-central-1',
    'eu-central-2',
    'eu-north-1',
    'eu-south-1',
    'eu-south-2',
    'eu-west-1',
    'eu-west-2',
    'eu-west-3',
    'il-central-1',
    'me-central-1',
    'me-south-1',
    'me-west-1',
    'mx-central-1',
    'sa-east-1',
    'us-east-1',
    'us-east-2',
    'us-west-1',
    'us-west-2',
  ],
  'aws-cn': ['cn-north-1', 'cn-northwest-1'],
  'aws-us-gov': ['us-gov-east-1', 'us-gov-west-1'],
  'aws-eusc': ['eusc-de-east-1'],
}

/**
 * Partitions in which nobody has deployed Rebake yet, with the ending of their service names. No document says which form these names
 * take in the conditions of policies there.
 */
export const untriedPartitions: Record<string, string> = { 'aws-cn': 'amazonaws.com.cn', 'aws-eusc': 'amazonaws.eu' }

const partitionByRegion = new Map(
  Object.entries(partitions).flatMap(([partition, names]) => names.map((name) => [name, partition])),
)

export const regions: string[] = [...partitionByRegion.keys()]

/** The partition of a region, as in an ARN (`aws`, `aws-cn`, ...); undefined for a region not known here. */
export const partitionOf = (region: string): string | undefined => partitionByRegion.get(region)
