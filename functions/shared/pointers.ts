import {
  GetParameterCommand,
  ParameterNotFound,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm'

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

export async function readPointer(ssm: SSMClient, name: string): Promise<string | undefined> {
  try {
    return (await ssm.send(new GetParameterCommand({ Name: name }))).Parameter?.Value
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined
    throw error
  }
}
