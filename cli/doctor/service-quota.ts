import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas'
import { type CountedLimit, limits } from '../../domain/limits.ts'
import { ifThere } from './check.ts'
import type { Environment } from './environment.ts'

export const quotaPermissions = ['servicequotas:GetServiceQuota', 'servicequotas:GetAWSDefaultServiceQuota']

/** What the account has, or AWS's default if the account never raised it; undefined if Service Quotas knows neither. */
export async function quotaOf({ config }: Environment, limit: CountedLimit): Promise<number | undefined> {
  const { service, code } = limits[limit].quota
  const client = new ServiceQuotasClient(config)
  const asked = { ServiceCode: service, QuotaCode: code }
  // "For some quotas, only the default values are available."
  // https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
  const applied = await ifThere(client.send(new GetServiceQuotaCommand(asked)))
  if (applied) return applied.Quota?.Value
  return (await ifThere(client.send(new GetAWSDefaultServiceQuotaCommand(asked))))?.Quota?.Value
}

export function raise(limit: CountedLimit, need: number): string {
  const { service, code, name } = limits[limit].quota
  return `Have "${name}" raised to ${need} at least: aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${need}`
}
