import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import { campaignArn, checkAccount, deploymentOf, placeOf } from '../../../cli/deployment/deployment.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import { mockOf } from '../../support/mocks.ts'
import { smallFleet } from '../small-fleet.ts'

const fleet = parseFleet(smallFleet, 'fleet.yaml')
const operator = { accessKeyId: 'operator', secretAccessKey: 'operator' }

describe('where a fleet is deployed', () => {
  it.each([
    { name: 'AWS', env: {}, endpoint: undefined, credentials: undefined },
    {
      name: 'AWS, where the variable is empty',
      env: { AWS_ENDPOINT_URL: '' },
      endpoint: undefined,
      credentials: undefined,
    },
    {
      name: 'a rehearsal',
      url: 'http://127.0.0.1:1',
      env: {},
      endpoint: 'http://127.0.0.1:1',
      credentials: operator,
    },
    {
      name: 'a rehearsal of the environment',
      env: { AWS_ENDPOINT_URL: 'http://localhost:2' },
      endpoint: 'http://localhost:2',
      credentials: operator,
    },
    {
      name: 'a rehearsal with credentials',
      url: 'http://[::1]:3',
      env: { AWS_ACCESS_KEY_ID: 'x' },
      endpoint: 'http://[::1]:3',
      credentials: undefined,
    },
    {
      name: 'an endpoint elsewhere',
      url: 'https://vpce.example.com',
      env: {},
      endpoint: 'https://vpce.example.com',
      credentials: undefined,
    },
  ])('is $name', ({ url, env, endpoint, credentials }) => {
    const deployment = deploymentOf(fleet, url, env)
    expect(deployment.endpoint).toBe(endpoint)
    expect(deployment.config.region).toBe('eu-west-1')
    expect([deployment.config.endpoint, deployment.config.credentials]).toEqual([endpoint, credentials])
  })

  it.each(['4566', 'localhost:4566', 'ftp://x', ''])('is not %j', (url) => {
    expect(() => deploymentOf(fleet, url, {})).toThrow(`--endpoint-url ${url}: expected a URL`)
  })

  it('is said with where it is rehearsed', () => {
    expect(placeOf(deploymentOf(fleet, undefined, {}))).toBe('account 111122223333, eu-west-1')
    expect(placeOf(deploymentOf(fleet, 'http://localhost:1', {}))).toBe(
      'account 111122223333, eu-west-1, of the rehearsal at http://localhost:1',
    )
  })

  it.each([
    { region: 'eu-west-1', partition: 'aws' },
    { region: 'us-gov-west-1', partition: 'aws-us-gov' },
  ])('has its state machine in the partition of $region', ({ region, partition }) => {
    const there = parseFleet(smallFleet.replaceAll('eu-west-1', region).replaceAll(', us-east-1', ''), 'fleet.yaml')
    expect(campaignArn(deploymentOf(there, undefined, {}))).toBe(
      `arn:${partition}:states:${region}:111122223333:stateMachine:golden-campaign`,
    )
  })
})

describe('the account', () => {
  const sts = mockOf(STSClient)
  const deployment = deploymentOf(fleet, undefined, {})

  it('is the build account', async () => {
    sts.on(GetCallerIdentityCommand).resolves({ Account: '111122223333', Arn: 'arn:aws:iam::111122223333:user/alice' })
    await expect(checkAccount(deployment)).resolves.toBe('arn:aws:iam::111122223333:user/alice')
  })

  it('is another one: which, which was expected, and what to do', async () => {
    const Arn = 'arn:aws:sts::999988887777:assumed-role/Admin/alice'
    sts.on(GetCallerIdentityCommand).resolves({ Account: '999988887777', Arn })
    await expect(checkAccount(deployment)).rejects.toThrow(
      `These credentials are of account 999988887777 (${Arn}), and the fleet golden lives in its build account ` +
        '111122223333. Take a profile of that account (AWS_PROFILE=NAME), or name another fleet with --fleet FILE.',
    )
  })
})
