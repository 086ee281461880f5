/**
 * Where the console is in each partition.
 * https://docs.aws.amazon.com/general/latest/gr/mgmt-console.html and, for the others, their own guides.
 */
const hosts: Record<string, string> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
  'aws-eusc': 'console.amazonaws-eusc.eu',
}

/** The page of an execution; undefined in a partition whose console is not known here. */
export function executionLink(executionArn: string): string | undefined {
  const [, partition = '', , region = ''] = executionArn.split(':')
  const host = hosts[partition]
  return (
    host && `https://${region}.${host}/states/home?region=${region}#/v2/executions/details/${executionArn}`
  )
}
