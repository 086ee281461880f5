export const arnOf = ({ region, account }: { region: string; account: string }, service: string, resource: string) =>
  `arn:aws:${service}:${region}:${account}:${resource}`
