import { GetParametersCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm'

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
