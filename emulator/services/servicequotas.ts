import type { GetServiceQuotaRequest } from '@aws-sdk/client-service-quotas'
import { AwsError, type Service } from './types.ts'

/**
 * Quotas that nobody has had raised.
 * https://docs.aws.amazon.com/general/latest/gr/imagebuilder.html, https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const defaults: Record<string, [name: string, value: number]> = {
  'imagebuilder L-7A0E01E3': ['Image pipelines', 75],
  'imagebuilder L-BA4D191B': ['Concurrent builds', 100],
  'imagebuilder L-9B183655': ['Components', 1000],
  'imagebuilder L-1DF98342': ['Image recipes', 1000],
  'imagebuilder L-D9EF98D9': ['Infrastructure configurations', 1000],
  'imagebuilder L-2BAA05D8': ['Distribution configurations', 1000],
  'imagebuilder L-69312229': ['Concurrent AMI copies per distribution configuration', 50],
  'imagebuilder L-59EC76F6': ['Components per image recipe', 20],
  'lambda L-B99A9384': ['Concurrent executions', 1000],
  // An example of the AWS command line's has it: get-aws-default-service-quota.
  'ec2 L-1216C47A': ['Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances', 5],
}

/** EC2 raises this one by itself with what an account uses: here it is one that has used some. */
const grown: Record<string, number> = { 'ec2 L-1216C47A': 1_920 }

/** What an account may have; the same in every account and region. */
export class ServiceQuotas implements Service {
  /** By service and code: it may be changed. */
  readonly values = new Map(Object.entries(defaults).map(([key, quota]) => [key, grown[key] ?? quota[1]]))

  readonly operations = {
    GetServiceQuota: ({ ServiceCode = '', QuotaCode = '' }: GetServiceQuotaRequest) => {
      const key = `${ServiceCode} ${QuotaCode}`
      const value = this.values.get(key)
      if (value === undefined)
        throw new AwsError('NoSuchResourceException', `The request failed because the quota ${key} does not exist.`)
      const [QuotaName] = defaults[key] ?? []
      return { Quota: { ServiceCode, QuotaCode, QuotaName, Value: value, Adjustable: true } }
    },

    GetAWSDefaultServiceQuota: ({ ServiceCode = '', QuotaCode = '' }: GetServiceQuotaRequest) => {
      const [QuotaName, Value] = defaults[`${ServiceCode} ${QuotaCode}`] ?? []
      if (Value === undefined) throw new AwsError('NoSuchResourceException', 'There is no such quota.')
      return { Quota: { ServiceCode, QuotaCode, QuotaName, Value, Adjustable: true } }
    },
  }
}
