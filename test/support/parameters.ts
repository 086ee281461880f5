import {
  DeleteParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  type SSMClientResolvedConfig,
} from '@aws-sdk/client-ssm'
import type { AwsStub } from 'aws-sdk-client-mock'

type Mock = AwsStub<ServiceInputTypes, ServiceOutputTypes, SSMClientResolvedConfig>

interface Kept {
  value: string
  /** Default: as the first write says. */
  dataType?: string
}

/** Parameter Store that keeps what it is given, in place of a client's calls. */
export function keepParameters(ssm: Mock, before: Record<string, Kept> = {}): void {
  const kept = new Map(Object.entries(before))
  ssm.on(PutParameterCommand).callsFake(({ Name, Value, DataType }) => {
    kept.set(Name, { dataType: DataType, ...kept.get(Name), value: Value })
    return {}
  })
  ssm.on(DeleteParameterCommand).callsFake(({ Name }) => {
    kept.delete(Name)
    return {}
  })
  ssm.on(GetParametersCommand).callsFake(({ Names }: { Names: string[] }) => ({
    Parameters: Names.flatMap((Name) => {
      const { value, dataType = 'aws:ec2:image' } = kept.get(Name) ?? {}
      return value === undefined ? [] : [{ Name, Value: value, DataType: dataType }]
    }),
  }))
}
