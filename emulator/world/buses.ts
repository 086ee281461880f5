import type { VirtualClock } from '../clock.ts'
import type { EventEnvelope } from '../event.ts'
import { matches } from '../matching/event-pattern.ts'
import type { Random } from '../random.ts'

export interface Target {
  arn: string
  id: string
  /** Whom EventBridge becomes to reach it: a bus needs that. */
  roleArn?: string | undefined
  /** Where an event goes that cannot be delivered: a queue's ARN. */
  deadLetters?: string | undefined
}

export interface Rule {
  name: string
  arn: string
  bus: string
  pattern: Record<string, unknown>
  targets: Target[]
}

type Deliver = (target: Target, event: EventEnvelope, rule: Rule) => Promise<void>

/** How often an event arrives, and how much later than usual each time, in milliseconds. Empty: it is lost. */
export type EventDelays = (event: EventEnvelope) => number[]

interface BusesDeps {
  clock: VirtualClock
  random: Random
  deliver: Deliver
  delaysOf: EventDelays
  /** Called for every event that is put on a bus. */
  onEvent?: ((event: EventEnvelope) => void) | undefined
}

/** EventBridge's part in one account and region: rules on buses, and delivery a moment later. */
export class Buses {
  readonly rules: Rule[] = []
  /** Events that no rule took. */
  readonly ignored: EventEnvelope[] = []
  readonly #parts: BusesDeps

  constructor(parts: BusesDeps) {
    this.#parts = parts
  }

  /** A rule, in the place of the one of its ARN. */
  addRule(rule: Rule): void {
    const before = this.rules.findIndex(({ arn }) => arn === rule.arn)
    if (before >= 0) this.rules.splice(before, 1, rule)
    else this.rules.push(rule)
  }

  removeRule(arn: string): void {
    const at = this.rules.findIndex((rule) => rule.arn === arn)
    if (at >= 0) this.rules.splice(at, 1)
  }

  /** Says whether any rule took the event. */
  put(event: EventEnvelope, bus: string): boolean {
    const { clock, random, deliver, delaysOf, onEvent } = this.#parts
    onEvent?.(event)
    const rules = this.rules.filter((rule) => rule.bus === bus && matches(rule.pattern, event))
    if (rules.length === 0) this.ignored.push(event)
    for (const rule of rules)
      for (const target of rule.targets)
        for (const [nth, delay] of delaysOf(event).entries()) {
          const latency = random.fork(`deliver/${event.id}/${rule.name}/${target.id}/${nth}`).integer(200, 2_000)
          clock.at(clock.now() + Math.max(0, latency + delay), () => deliver(target, event, rule))
        }
    return rules.length > 0
  }
}
