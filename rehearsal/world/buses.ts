import type { VirtualClock } from '../clock.ts'
import type { Random } from '../random.ts'
import type { EventEnvelope } from '../stand-in/types.ts'
import { matches } from './pattern.ts'

export interface Rule {
  name: string
  arn: string
  bus: string
  pattern: Record<string, unknown>
  targets: { arn: string; id: string }[]
}

type Deliver = (target: string, event: EventEnvelope, rule: Rule) => Promise<void>

/** How often an event arrives, and how much later than usual, in milliseconds. Empty: it is lost. */
export type Fate = (event: EventEnvelope) => number[]

interface Parts {
  clock: VirtualClock
  random: Random
  deliver: Deliver
  fate: Fate
}

/** EventBridge's part: rules on buses, and delivery a moment later. */
export class Buses {
  readonly rules: Rule[] = []
  /** Events that no rule took. */
  readonly ignored: EventEnvelope[] = []
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  put(event: EventEnvelope, bus: string): void {
    const { clock, random, deliver, fate } = this.#parts
    const rules = this.rules.filter((rule) => rule.bus === bus && matches(rule.pattern, event))
    if (rules.length === 0) this.ignored.push(event)
    for (const rule of rules)
      for (const target of rule.targets)
        for (const [nth, delay] of fate(event).entries()) {
          const latency = random
            .fork(`deliver/${event.id}/${rule.name}/${target.id}/${nth}`)
            .integer(200, 2_000)
          clock.at(clock.now() + Math.max(0, latency + delay), () => deliver(target.arn, event, rule))
        }
  }
}
