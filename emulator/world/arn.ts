import type { Place } from './template.ts'

export const arnOf = ({ region, account }: Place, service: string, resource: string) =>
  `arn:aws:${service}:${region}:${account}:${resource}`
