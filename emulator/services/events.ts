import type { PutEventsRequest, PutEventsRequestEntry, Target } from '@aws-sdk/client-eventbridge'
import type { EventEnvelope } from '../event.ts'
import { Partitions, pageOf } from './support.ts'
import {
  AwsError,
  type Bus,
  type Context,
  eventTime,
  type PermissionsOf,
  type Service,
  type ServiceDeps,
} from './types.ts'

export interface NewRule {
  account: string
  region: string
  name: string
  bus?: string
  description?: string
  pattern?: unknown
  schedule?: string
  state?: 'ENABLED' | 'DISABLED'
  targets?: Target[]
}

/** Whom the policy of a bus lets put events. */
export interface BusStatement {
  Principal: '*' | { AWS: string | string[] }
  Condition?: Record<string, Record<string, string>>
}

type Deliver = (event: EventEnvelope, bus: Bus) => void

/** EventBridge: rules to look at, and a way in for events. Matching and delivery are the world's work. */
export class Events implements Service {
  readonly #rules = new Partitions<NewRule[]>(() => [])
  readonly #buses = new Partitions(() => new Map<string, BusStatement[]>([['default', []]]))
  readonly #deps: ServiceDeps
  readonly #deliver: Deliver
  #count = 0

  constructor(deps: ServiceDeps, deliver: Deliver) {
    this.#deps = deps
    this.#deliver = deliver
  }

  addBus(place: { account: string; region: string }, name: string): void {
    this.#buses.in(place).set(name, [])
  }

  hasBus(place: { account: string; region: string }, name: string): boolean {
    return this.#buses.in(place).has(name)
  }

  removeBus(place: { account: string; region: string }, name: string): void {
    this.#buses.in(place).delete(name)
  }

  /** A rule, in the place of one of its name. */
  addRule(rule: NewRule): void {
    const rules = this.#rules.in(rule)
    const before = rules.findIndex(({ name, bus }) => name === rule.name && bus === rule.bus)
    if (before >= 0) rules.splice(before, 1, rule)
    else rules.push(rule)
  }

  removeRule(place: { account: string; region: string }, name: string): void {
    const rules = this.#rules.in(place)
    const at = rules.findIndex((rule) => rule.name === name)
    if (at >= 0) rules.splice(at, 1)
  }

  /** What the policy of a bus allows: it may be changed. */
  policyOf(place: { account: string; region: string }, bus: string): BusStatement[] {
    return this.#buses.in(place).get(bus) ?? []
  }

  /** A rule as it is kept: it may be changed. */
  rule(place: { account: string; region: string }, name: string): NewRule | undefined {
    return this.#rules.in(place).find((rule) => rule.name === name)
  }

  readonly permissions: Record<string, PermissionsOf> = {
    PutEvents: ({ Entries }: PutEventsRequest, context) => {
      const names = new Set((Entries ?? []).map(({ EventBusName }) => busName(EventBusName)))
      return [...names].map((name) => ({ action: 'events:PutEvents', resource: busArn(name, context) }))
    },
    DescribeRule: onRule('DescribeRule'),
    ListTargetsByRule: onRule('ListTargetsByRule', 'Rule'),
    DescribeEventBus: ({ Name }, context) => [
      { action: 'events:DescribeEventBus', resource: busArn(busName(Name), context) },
    ],
  }

  readonly operations = {
    PutEvents: ({ Entries: entries = [] }: PutEventsRequest, context: Context) => {
      const results = entries.map((entry) => this.#put(entry, context))
      return { FailedEntryCount: results.filter((each) => 'ErrorCode' in each).length, Entries: results }
    },

    ListRules: (
      input: { NamePrefix?: string; EventBusName?: string; Limit?: number; NextToken?: string },
      context: Context,
    ) => {
      const bus = this.#existingBus(input.EventBusName, context)
      const chosen = this.#rules
        .in(context)
        .filter((rule) => busName(rule.bus) === bus && rule.name.startsWith(input.NamePrefix ?? ''))
      const page = pageOf(chosen, {
        size: input.Limit,
        token: input.NextToken,
        most: 100,
        invalidToken: 'ValidationException',
      })
      return { Rules: page.items.map(asRule), ...(page.next === undefined ? {} : { NextToken: page.next }) }
    },

    DescribeRule: ({ Name, EventBusName }: { Name: string; EventBusName?: string }, context: Context) => ({
      ...asRule(this.#rule(Name, EventBusName, context)),
      CreatedBy: context.account,
    }),

    ListRuleNamesByTarget: (
      { TargetArn, EventBusName }: { TargetArn: string; EventBusName?: string },
      context: Context,
    ) => {
      const bus = this.#existingBus(EventBusName, context)
      const found = this.#rules
        .in(context)
        .filter((rule) => busName(rule.bus) === bus && (rule.targets ?? []).some(({ Arn }) => Arn === TargetArn))
      return { RuleNames: found.map(({ name }) => name) }
    },

    ListTargetsByRule: ({ Rule, EventBusName }: { Rule: string; EventBusName?: string }, context: Context) => ({
      Targets: this.#rule(Rule, EventBusName, context).targets ?? [],
    }),

    ListEventBuses: ({ NamePrefix = '' }: { NamePrefix?: string }, context: Context) => ({
      EventBuses: [...this.#buses.in(context).keys()]
        .filter((name) => name.startsWith(NamePrefix))
        .map((name) => ({ Name: name, Arn: busArn(name, context) })),
    }),

    DescribeEventBus: ({ Name }: { Name?: string }, context: Context) => {
      const name = this.#existingBus(Name, context)
      const statements = this.policyOf(context, name)
      const allowed = { Effect: 'Allow', Action: 'events:PutEvents', Resource: busArn(name, context) }
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: statements.map((statement) => ({ ...allowed, ...statement })),
      })
      return { Name: name, Arn: busArn(name, context), ...(statements.length > 0 && { Policy }) }
    },
  }

  #put(entry: PutEventsRequestEntry, context: Context) {
    const { Source: source = '', DetailType: detailType = '', Detail: text = '', Resources: resources = [] } = entry
    const wrong = (ErrorMessage: string) => ({ ErrorCode: 'InvalidArgument', ErrorMessage })
    if (!source || !detailType || !text) return wrong('Source, DetailType and Detail are required.')
    if (source.startsWith('aws.'))
      return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' }
    if (bytesOf(entry) >= mostBytes)
      throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.')
    const detail = parsed(text)
    if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }
    const { account, region } = context
    const name = this.#existingBus(entry.EventBusName, context)
    const id = this.#deps.random.fork(`put-event/${account}/${this.#count++}`).uuid()
    const time = eventTime(entry.Time ?? context.now)
    this.#deliver(
      { version: '0', id, 'detail-type': detailType, source, account, time, region, resources, detail },
      { account, region, name },
    )
    return { EventId: id }
  }

  #existingBus(named: string | undefined, context: Context): string {
    const name = busName(named)
    if (!this.#buses.in(context).has(name))
      throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`)
    return name
  }

  #rule(name: string, bus: string | undefined, context: Context): NewRule {
    const found = this.#rules.in(context).find((rule) => rule.name === name && busName(rule.bus) === busName(bus))
    if (!found)
      throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${busName(bus)}.`)
    return found
  }
}

/**
 * Bytes of an entry. One page says that characters and keys of the JSON of an event count, and another that they do not; so
 * they do.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
 */
const mostBytes = 262_144
const bytesOf = ({ Detail = '', Time, ...others }: PutEventsRequestEntry): number =>
  envelopeBytes + Buffer.byteLength(Detail) + Buffer.byteLength(JSON.stringify(others)) + (Time ? 14 : 0)

/** `version`, `id`, `account`, `time`, `region` and the names of the other members, with their quotes. */
const envelopeBytes = 256

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

const busName = (named: string | undefined) => named?.split('event-bus/').at(-1) ?? 'default'
const busArn = (name: string, { account, region }: { account: string; region: string }) =>
  `arn:aws:events:${region}:${account}:event-bus/${name}`

const ruleArn = (name: string, bus: string, { account, region }: { account: string; region: string }) =>
  `arn:aws:events:${region}:${account}:rule/${bus === 'default' ? '' : `${bus}/`}${name}`

const asRule = (rule: NewRule) => ({
  Name: rule.name,
  Arn: ruleArn(rule.name, busName(rule.bus), rule),
  State: rule.state ?? 'ENABLED',
  EventBusName: busName(rule.bus),
  Description: rule.description,
  ScheduleExpression: rule.schedule,
  EventPattern: rule.pattern === undefined ? undefined : JSON.stringify(rule.pattern),
})

function onRule(action: string, member = 'Name'): PermissionsOf {
  return (input, context) => [
    { action: `events:${action}`, resource: ruleArn(input[member], busName(input.EventBusName), context) },
  ]
}
