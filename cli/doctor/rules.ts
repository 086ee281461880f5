import {
  DescribeEventBusCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListRuleNamesByTargetCommand,
  ListTargetsByRuleCommand,
} from '@aws-sdk/client-eventbridge'
import { matches, UnsupportedOperator } from '../../emulator/matching/index.ts'
import { upstreamAccounts } from '../../infra/targets.ts'
import { count, list } from '../render/text.ts'
import { type Check, type DoctorResult, deploy, each, fail, ifThere, info, once, warning } from './check.ts'
import type { Environment } from './environment.ts'
import { type ExpectedRule, expectedRules } from './expected-rules.ts'
import { allowed, isOf, listOf, principalsOf, type ResourcePolicy } from './key-policy.ts'

const expectedIn = (environment: Environment) =>
  expectedRules(environment.fleet, (service, resource) => environment.arn(service, resource))

const busOf = (environment: Environment, bus: ExpectedRule['bus']) =>
  bus === 'default' ? 'default' : environment.named('releases')

const arnOf = (environment: Environment, to: ExpectedRule['to']) =>
  to === 'release' ? environment.machine('release') : environment.arn('lambda', `function:${environment.named(to)}`)

/** What EventBridge says of each rule of the fleet, in order; undefined for one that is not there. */
const described = once((environment) => {
  const client = new EventBridgeClient(environment.config)
  return each(expectedIn(environment), async (rule) => {
    const EventBusName = busOf(environment, rule.bus)
    const found = await ifThere(client.send(new DescribeRuleCommand({ Name: rule.name, EventBusName })))
    return { rule, found }
  })
})

const present: Check = {
  name: 'rules',
  group: 'Events',
  permissions: ['events:DescribeRule', 'events:ListTargetsByRule'],
  async *examine(environment) {
    const client = new EventBridgeClient(environment.config)
    const rules = await described(environment)
    for (const { rule, found } of rules) {
      const EventBusName = busOf(environment, rule.bus)
      if (!found) {
        yield fail(`there is no rule ${rule.name}: its events reach nobody`, deploy)
        continue
      }
      if (found.State === 'DISABLED')
        yield fail(
          `the rule ${rule.name} is disabled: its events reach nobody`,
          `Enable it: aws events enable-rule --name ${rule.name} --event-bus-name ${EventBusName}`,
        )
      const asked = client.send(new ListTargetsByRuleCommand({ Rule: rule.name, EventBusName }))
      const { Targets = [] } = (await ifThere(asked)) ?? {}
      if (!Targets.some(({ Arn }) => Arn === arnOf(environment, rule.to)))
        yield fail(`the rule ${rule.name} does not go to ${environment.named(rule.to)}`, deploy)
    }
    yield info(count(rules.length, 'rule'))
  },
}

const scoped: Check = {
  name: "rules let through this fleet's events, and nobody else's",
  group: 'Events',
  permissions: ['events:DescribeRule'],
  async *examine(environment) {
    for (const { rule, found } of await described(environment))
      if (found?.EventPattern) yield* scopeOf(rule, JSON.parse(found.EventPattern))
  },
}

function* scopeOf({ name, own, foreign }: ExpectedRule, pattern: Record<string, unknown>): Iterable<DoctorResult> {
  try {
    if (own && !matches(pattern, own))
      yield fail(`the rule ${name} does not let through the events of this fleet`, deploy)
    // An event of Image Builder names no pipeline: a rule that is too wide takes every image of the account for ours.
    if (foreign && matches(pattern, foreign))
      yield fail(`the rule ${name} also lets through what is not of this fleet`, `${deploy} It sets the pattern.`)
  } catch (error) {
    if (!(error instanceof UnsupportedOperator)) throw error
    yield warning(
      `the pattern of the rule ${name} has the operator '${error.operator}', which the doctor cannot read: it does not know what the rule lets through`,
      `${deploy} It sets the pattern.`,
    )
  }
}

const strangers: Check = {
  name: "no other rule starts the fleet's functions and machines",
  group: 'Events',
  permissions: ['events:ListRuleNamesByTarget'],
  async *examine(environment) {
    const client = new EventBridgeClient(environment.config)
    const expected = expectedIn(environment)
    const targets = new Set([
      ...expected.map(({ to }) => arnOf(environment, to)),
      ...(['campaign', 'rebake'] as const).map((name) => environment.machine(name)),
    ])
    for (const bus of ['default', 'releases'] as const)
      for (const TargetArn of targets) {
        const EventBusName = busOf(environment, bus)
        // A bus that is gone has no rules; another check tells of it.
        const asked = client.send(new ListRuleNamesByTargetCommand({ TargetArn, EventBusName }))
        const { RuleNames = [] } = (await ifThere(asked)) ?? {}
        const others = RuleNames.filter((name) => !expected.some((rule) => rule.name === name && rule.bus === bus))
        if (others.length > 0)
          yield fail(
            `${list(others)} on the bus ${EventBusName}, no rule of the fleet's, starts ${TargetArn.split(':').at(-1)}`,
            'Delete it, or take that target from it: the fleet would be started for what is not its own.',
          )
      }
  },
}

const releasesBus: Check = {
  name: 'the releases bus admits the upstream accounts',
  group: 'Events',
  permissions: ['events:DescribeEventBus'],
  async *examine(environment) {
    const { fleet, config } = environment
    const Name = environment.named('releases')
    const bus = await ifThere(new EventBridgeClient(config).send(new DescribeEventBusCommand({ Name })))
    if (!bus) {
      yield fail(`there is no event bus ${Name}`, deploy)
      return
    }
    const statements = allowed(JSON.parse(bus.Policy ?? '{}') as ResourcePolicy)
    const admits = (account: string) =>
      statements.some((statement) =>
        principalsOf(statement).some((each) =>
          each === '*'
            ? fleet.organization !== undefined &&
              listOf(statement.Condition?.StringEquals?.['aws:PrincipalOrgID']).includes(fleet.organization)
            : isOf(account, each),
        ),
      )
    const accounts = upstreamAccounts(fleet)
    const without = accounts.filter((account) => !admits(account))
    if (without.length > 0)
      yield fail(`its policy does not let ${list(without)} put events: no release of theirs is heard of`, deploy)
    else yield info(`${count(accounts.length, 'account')}; whether they send any, only their own rules say`)
  },
}

export const ruleChecks = [present, scoped, strangers, releasesBus]
