import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { marshall } from '@aws-sdk/util-dynamodb'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { deploymentOf } from '../../../cli/deployment/deployment.ts'
import { enter, skewLine } from '../../../cli/deployment/enter.ts'
import { versionFinding } from '../../../cli/doctor/version.ts'
import { BadInput } from '../../../cli/problems.ts'
import { emptyFleetState } from '../../../domain/planning/fleet-state.ts'
import { version } from '../../../domain/product.ts'
import { exampleFleet } from '../../support/fleets.ts'
import { mockOf } from '../../support/mocks.ts'

const known = (deployedBy?: string) => ({ ...emptyFleetState, campaigns: 1, ...(deployedBy ? { deployedBy } : {}) })

describe('the line on another version', () => {
  it.each([
    { deployed: '0.3.0', line: undefined },
    { deployed: '0.3.9', line: undefined },
    {
      deployed: '0.2.0',
      line: 'note: The fleet was deployed by Rebake 0.2.0, and this is 0.3.0. `npx --no-install rebake diff`, then `npx --no-install rebake deploy`.',
    },
    {
      deployed: '0.4.0',
      line: 'warning: The fleet was deployed by Rebake 0.4.0, and this is 0.3.0. Update the command.',
    },
    {
      deployed: undefined,
      line: 'warning: The fleet was deployed by a Rebake that left no version, and this is 0.3.0. `npx --no-install rebake diff`, then `npx --no-install rebake deploy`.',
    },
  ])('of $deployed', ({ deployed, line }) => {
    expect(skewLine(known(deployed), 'reads', '0.3.0')).toBe(line)
    expect(skewLine(known(deployed), 'writes', '0.3.0')).toBe(line)
  })

  it('of another major version stops what writes, and nothing else', () => {
    expect(skewLine(known('1.0.0'), 'reads', '0.3.0')).toMatch(/^warning: .* Update the command\.$/)
    expect(() => skewLine(known('1.0.0'), 'writes', '0.3.0')).toThrow(BadInput)
    expect(() => skewLine(known('1.0.0'), 'writes', '2.0.0')).toThrow('rebake diff`, then')
  })

  it('is none before anything has looked at the fleet', () => {
    expect(skewLine(emptyFleetState, 'writes', '0.3.0')).toBeUndefined()
  })
})

describe('the doctor', () => {
  it.each([
    { deployed: { version: '0.3.0', schema: 1 }, outcome: 'pass', fix: '' },
    {
      deployed: { version: '0.2.0', schema: 1 },
      outcome: 'warning',
      fix: '`npx --no-install rebake diff`, then `npx --no-install rebake deploy`.',
    },
    { deployed: { version: '0.4.0', schema: 1 }, outcome: 'warning', fix: 'Update the command.' },
    { deployed: { version: '1.4.0', schema: 1 }, outcome: 'fail', fix: 'Update the command.' },
    { deployed: { version: '0.3.0', schema: 2 }, outcome: 'fail', fix: 'Update the command.' },
    { deployed: {}, outcome: 'warning', fix: '`npx --no-install rebake diff`, then `npx --no-install rebake deploy`.' },
  ])('calls $deployed a $outcome', ({ deployed, outcome, fix }) => {
    expect(versionFinding(deployed, '0.3.0')).toMatchObject({ outcome, fix })
  })
})

describe('enter', () => {
  const [sts, dynamo] = [mockOf(STSClient), mockOf(DynamoDBClient)]
  const deployment = deploymentOf(exampleFleet(), undefined, {})
  beforeEach(() => {
    sts.reset()
    dynamo.reset()
    sts.on(GetCallerIdentityCommand).resolves({ Account: '111122223333', Arn: 'arn:me' })
    return () => vi.restoreAllMocks()
  })

  it('says who calls, and what was deployed', async () => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    dynamo.on(GetItemCommand).resolves({ Item: marshall({ pk: 'FLEET', sk: 'FLEET', ...known('0.0.1'), schema: 1 }) })
    expect(await enter(deployment, 'reads')).toBe('arn:me')
    expect(written.mock.calls).toEqual([[expect.stringContaining(`Rebake 0.0.1, and this is ${version}`)]])
  })

  it('lets the command itself say what is wrong with the ledger', async () => {
    dynamo.on(GetItemCommand).rejects(new Error('denied'))
    expect(await enter(deployment, 'writes')).toBe('arn:me')
  })

  it('stops at a ledger that a newer version has written', async () => {
    dynamo.on(GetItemCommand).resolves({ Item: marshall({ pk: 'FLEET', sk: 'FLEET', ...known('9.0.0'), schema: 2 }) })
    await expect(enter(deployment, 'reads')).rejects.toThrow(BadInput)
  })
})
