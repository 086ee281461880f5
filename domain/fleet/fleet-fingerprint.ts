import { createHash } from 'node:crypto'
import type { Fleet } from './model.ts'

/**
 * A fingerprint of each part of a fleet, by its place in the file: `images payments-api`, `concurrentBakes`. Two fleets
 * that do the same have the same.
 *
 * @param definitions what `definitionOf` says of every image: component files are part of it
 */
export function fleetFingerprints(fleet: Fleet, definitions: Record<string, string>): Record<string, string> {
  const named = Object.entries(fleet).flatMap(([key, value]) =>
    mappings.has(key)
      ? Object.entries(value as object).map(([name, part]) => [`${key} ${name}`, part] as const)
      : [[key, value] as const],
  )
  // The order of rings is that of a roll-out.
  const order = ['order of rings', Object.keys(fleet.rings)] as const
  return Object.fromEntries(
    [...named, order].map(([part, value]) => {
      const definition = part.startsWith('images ') ? definitions[part.slice('images '.length)] : undefined
      return [part, fingerprint([value, definition])]
    }),
  )
}

const mappings = new Set([
  'upstreams',
  'infrastructure',
  'components',
  'workflows',
  'images',
  'rings',
  'patchCycles',
  'freezes',
  'waivers',
])

const fingerprint = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)
