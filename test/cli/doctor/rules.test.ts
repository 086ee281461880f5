import {
  DescribeEventBusCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListRuleNamesByTargetCommand,
  ListTargetsByRuleCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-eventbridge'
import { beforeEach, expect, it } from 'vitest'
import { deploymentOf } from '../../../cli/deployment/deployment.ts'
import type { DoctorResult } from '../../../cli/doctor/check.ts'
import { Environment } from '../../../cli/doctor/environment.ts'
import { ruleChecks } from '../../../cli/doctor/rules.ts'
import { exampleFleet } from '../../support/fleets.ts'
import { mockOf } from '../../support/mocks.ts'

const events = mockOf(EventBridgeClient)
beforeEach(() => events.reset())

const fleet = exampleFleet()
const environmentOf = () => new Environment(deploymentOf(fleet, undefined, {}), {})
const gone = new ResourceNotFoundException({ message: 'it is not there', $metadata: {} })

async function find(name: RegExp, environment = environmentOf()): Promise<DoctorResult[]> {
  const check = ruleChecks.find((each) => name.test(each.name))
  if (!check) throw new Error(`there is no check ${name}`)
  const found: DoctorResult[] = []
  for await (const each of check.examine(environment)) found.push(each)
  return found
}

const upstream = '444455556666'
const service = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' } }
const account = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${upstream}:root` } }
const whose = (id: string | string[]) => ({ Condition: { StringEquals: { 'aws:PrincipalOrgID': id } } })
const everybody = { Effect: 'Allow', Principal: '*' }

it.each<[string, object | undefined, DoctorResult['outcome']]>([
  ['an account beside a service', [service, account], 'pass'],
  ['a statement that stands alone', account, 'pass'],
  ['its organization', { ...everybody, ...whose('o-exampleorgid') }, 'pass'],
  ['one of several organizations', { ...everybody, ...whose(['o-x', 'o-exampleorgid']) }, 'pass'],
  [
    'its organization, written the other way',
    { ...everybody, Principal: { AWS: '*' }, ...whose('o-exampleorgid') },
    'pass',
  ],
  ['a service alone', service, 'fail'],
  ['everybody, no matter who', everybody, 'fail'],
  ['another organization', { ...everybody, ...whose('o-otherotherother') }, 'fail'],
  ['a refusal', { ...account, Effect: 'Deny' }, 'fail'],
  ['nobody', undefined, 'fail'],
])('tells whether the releases bus admits an upstream, by %s', async (_, Statement, expected) => {
  events.on(DescribeEventBusCommand).resolves({ Policy: JSON.stringify({ Statement }) })
  const found = await find(/^the releases bus/)
  expect(found.map(({ outcome }) => outcome)).toEqual([expected])
})

it('looks for strangers on the other bus where one is gone', async () => {
  events.on(ListRuleNamesByTargetCommand).resolves({ RuleNames: [] })
  events.on(ListRuleNamesByTargetCommand, { EventBusName: 'golden-releases' }).rejects(gone)
  expect(await find(/^no other rule/)).toEqual([])
})

it('tells of a rule that goes away while it looks', async () => {
  events.on(DescribeRuleCommand).resolves({ State: 'ENABLED' }).on(ListTargetsByRuleCommand).rejects(gone)
  const found = await find(/^rules$/)
  expect(found[0]).toMatchObject({ outcome: 'fail', found: expect.stringMatching(/does not go to/) })
})

it.each<[string, object, RegExp | undefined]>([
  [
    'an operator that it does not know',
    { source: [{ cidr: '10.0.0.0/24' }] },
    /has the operator 'cidr', which the doctor/,
  ],
  ['a pattern that it reads', { source: ['aws.nothing'] }, undefined],
])('says of %s what it knows', async (_, pattern, unknown) => {
  events.on(DescribeRuleCommand).resolves({ State: 'ENABLED', EventPattern: JSON.stringify(pattern) })
  const found = await find(/^rules let through/)
  expect(found.length).toBeGreaterThan(0)
  for (const each of found) {
    expect(each.outcome).toBe(unknown ? 'warning' : 'fail')
    expect(each.found).toMatch(unknown ?? /does not let through the events of this fleet/)
    expect(each.found).not.toMatch(/rehears|emulator|emulate/)
  }
})

it('describes each rule once in a run, and again in the next', async () => {
  events.on(DescribeRuleCommand).resolves({}).on(ListTargetsByRuleCommand).resolves({})
  const asked = () => events.commandCalls(DescribeRuleCommand).length
  const environment = environmentOf()
  await find(/^rules$/, environment)
  const once = asked()
  expect(once).toBeGreaterThan(0)
  await find(/^rules let through/, environment)
  expect(asked()).toBe(once)
  await find(/^rules$/)
  expect(asked()).toBe(2 * once)
})
