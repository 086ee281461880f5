import { describe, expect, it } from 'vitest'
import { problemsAfter } from './broken.ts'

const small = 'small: { instanceTypes: [m7i.large] }'
const withSettings = (more: string) => problemsAfter([[small, `small: { instanceTypes: [m7i.large], ${more} }`]])
const group = (region: string) => `arn:aws:resource-groups:${region}:111122223333:group/hosts`

describe('an infrastructure configuration takes', () => {
  it.each([
    'description: For the small ones, keyPair: break glass, hopLimit: 64',
    'placement: { tenancy: dedicated, availabilityZone: us-west-2a }',
    'placement: { tenancy: host }',
    'placement: { tenancy: host, host: h-0a1b2c3d4e5f67890, availabilityZone: us-west-2-lax-1a }',
    `placement: { tenancy: host, hostResourceGroup: "${group('us-west-2')}" }`,
    'logs: { bucket: example-logs }',
    'logs: { bucket: example-logs, prefix: builds/golden }',
    'logs: { bucket: example-logs, prefix: a }',
  ])('%s', (more) => expect(withSettings(more)).toEqual([]))
})

describe('an infrastructure configuration does not take', () => {
  const at = 'infrastructure.small'
  it.each([
    ['hopLimit: 0', `${at}.hopLimit: expected a whole number from 1 to 64, found the number 0`],
    ['hopLimit: 65', `${at}.hopLimit: expected a whole number from 1 to 64, found the number 65`],
    [`keyPair: ${'k'.repeat(256)}`, `${at}.keyPair: expected the name of a key pair, of at most 255 characters`],
    [`description: ${'d'.repeat(1025)}`, `${at}.description: expected at most 1,024 characters, as AWS does`],
    [
      'placement: { host: h-0a1b2c3d4e5f67890 }',
      `${at}.placement.host: expected it beside tenancy: host only, found tenancy: default`,
    ],
    [
      `placement: { tenancy: dedicated, hostResourceGroup: "${group('us-west-2')}" }`,
      `${at}.placement.hostResourceGroup: expected it beside tenancy: host only, found tenancy: dedicated`,
    ],
    [
      `placement: { tenancy: host, host: h-0a1b2c3d4e5f67890, hostResourceGroup: "${group('us-west-2')}" }`,
      `${at}.placement.hostResourceGroup: expected 'host' or 'hostResourceGroup', found both`,
    ],
    [
      `placement: { tenancy: host, hostResourceGroup: "${group('us-east-1')}" }`,
      `${at}.placement.hostResourceGroup: expected a group in the build region us-west-2, found one in us-east-1`,
    ],
    [
      'placement: { availabilityZone: us-east-1a }',
      `${at}.placement.availabilityZone: expected a zone of the build region us-west-2, found 'us-east-1a'`,
    ],
    [
      'placement: { tenancy: host, host: h-0a1b2c3d4e5f67890 }, network: { vpc: vpc-0a1b2c3d, subnets: [subnet-0a1b2c3d, subnet-0a1b2c3e], securityGroups: [sg-0a1b2c3d] }',
      `${at}.placement.host: expected none beside 2 subnets: a host is in one zone`,
    ],
    [
      'network: { vpc: vpc-0a1b2c3d, subnets: [subnet-0a1b2c3d], securityGroups: [sg-0a1b2c3d], cidr: 999.0.0.0/99 }',
      `${at}.network.cidr: expected a CIDR block such as 10.0.0.0/16`,
    ],
    ['placement: { availabilityZone: us-west-2 }', `${at}.placement.availabilityZone: expected an Availability Zone`],
    ['logs: { bucket: Example }', `${at}.logs.bucket: expected the name of a bucket`],
    ['logs: { bucket: example-logs, prefix: builds/ }', `${at}.logs.prefix: expected a prefix`],
  ])('%s', (more, message) => {
    const [problem = '', ...others] = withSettings(more)
    expect(others).toEqual([])
    expect(problem).toMatch(/^fleet\.yaml:10:\d+: /)
    expect(problem).toContain(message)
  })
})
