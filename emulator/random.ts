import { hash } from 'node:crypto'

/**
 * Seeded randomness that does not depend on the order of use: every consumer forks its own stream by a
 * stable label, so one more draw here moves nothing there.
 */
export class Random {
  readonly #seed: string
  #drawn = 0

  constructor(seed: string | number) {
    this.#seed = String(seed)
  }

  fork(label: string): Random {
    return new Random(`${this.#seed}/${label}`)
  }

  /** Uniform in [0, 1). */
  next(): number {
    return Number.parseInt(this.hex(12), 16) / 2 ** 48
  }

  /** Uniform integer in [min, max]. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  /** `digits` hexadecimal digits, for ids; 64 at most. */
  hex(digits: number): string {
    return hash('sha256', `${this.#seed}#${this.#drawn++}`).slice(0, digits)
  }

  /** A UUID-shaped id, as request and event ids are. */
  uuid(): string {
    const h = this.hex(32)
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20)}`
  }
}
