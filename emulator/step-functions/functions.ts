import { createHash } from 'node:crypto'
import type { Random } from '../random.ts'

/** A function as jsonata keeps them; `this.environment` looks up those that it replaces. */
interface Native {
  _jsonata_function: true
  implementation: (this: Focus, ...args: never[]) => unknown
}
interface Focus {
  environment: { lookup(name: string): Native }
}

const HASHES: Record<string, string> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}

/**
 * What Step Functions adds to JSONata ($partition, $range, $hash, $random, $uuid, $parse), what it takes away
 * ($eval), and what must come from the virtual clock and seed ($now, $millis, $shuffle).
 * Facts: step-functions/latest/dg/transforming-data.html. Arguments are rounded towards zero; arguments that
 * make no sense give undefined, which the field then refuses.
 */
export function addedFunctions(now: number, random: () => Random): Record<string, Native | undefined> {
  return {
    partition: native(partition),
    range: native(range),
    hash: native(hash),
    parse: native((text: string) => (text === undefined ? undefined : JSON.parse(text))),
    uuid: native(() => random().uuid()),
    random: native((seed?: number) => (seed === undefined ? random().next() : random().fork(`seed/${seed}`).next())),
    shuffle: native((items: unknown) => shuffle(items, random())),
    millis: native(() => now),
    now: native(function (this: Focus, ...format: string[]) {
      return this.environment.lookup('fromMillis').implementation.call(this, now as never, ...(format as never[]))
    }),
    eval: undefined,
  }
}

function native(implementation: (this: Focus, ...args: never[]) => unknown): Native {
  return { _jsonata_function: true, implementation }
}

function partition(items: unknown, size: number): unknown {
  const chunk = Math.trunc(size)
  const list = items === undefined || Array.isArray(items) ? items : [items]
  if (!list || list.length === 0 || !(chunk > 0)) return undefined
  return Array.from({ length: Math.ceil(list.length / chunk) }, (_, i) => list.slice(i * chunk, (i + 1) * chunk))
}

function range(from: number, to: number, by: number): unknown {
  const [first, last, step] = [Math.trunc(from), Math.trunc(to), Math.trunc(by)]
  const length = Math.floor((last - first) / step) + 1
  if (!(length > 0)) return undefined
  if (length > 360_145) throw new Error('Expression evaluation memory limit exceeded')
  const values = Array.from({ length }, (_, i) => first + i * step)
  return values.length === 1 ? values[0] : values
}

function hash(text: string, algorithm: string): unknown {
  if (text === undefined || algorithm === undefined) return undefined
  const name = HASHES[algorithm]
  if (!name) throw new Error(`$hash takes MD5, SHA-1, SHA-256, SHA-384 or SHA-512, not '${algorithm}'`)
  return createHash(name).update(text).digest('hex')
}

function shuffle(items: unknown, random: Random): unknown {
  if (!Array.isArray(items)) return items
  const list = [...items]
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.integer(0, i)
    ;[list[i], list[j]] = [list[j], list[i]]
  }
  return list
}
