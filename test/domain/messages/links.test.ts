import { expect, it } from 'vitest'
import { partitionOf, regions } from '../../../domain/fleet/regions.ts'
import { executionLink } from '../../../domain/messages/links.ts'

const arnIn = (partition: string, region: string) =>
  `arn:${partition}:states:${region}:111122223333:execution:golden-campaign:x`

it.each([
  { partition: 'aws', region: 'us-west-2', host: 'us-west-2.console.aws.amazon.com' },
  { partition: 'aws-cn', region: 'cn-north-1', host: 'cn-north-1.console.amazonaws.cn' },
  { partition: 'aws-us-gov', region: 'us-gov-east-1', host: 'us-gov-east-1.console.amazonaws-us-gov.com' },
  { partition: 'aws-eusc', region: 'eusc-de-east-1', host: 'eusc-de-east-1.console.amazonaws-eusc.eu' },
])('links to the console of $partition', ({ partition, region, host }) => {
  const arn = arnIn(partition, region)
  expect(executionLink(arn)).toBe(`https://${host}/states/home?region=${region}#/v2/executions/details/${arn}`)
})

it('knows the console of every region that a fleet can have, and guesses none', () => {
  for (const region of regions) expect(executionLink(arnIn(partitionOf(region) ?? '', region))).toBeDefined()
  expect(executionLink(arnIn('aws-iso', 'us-iso-east-1'))).toBeUndefined()
})
