import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { MachineName } from './functions/names.ts'

/** A definition in the Amazon States Language. */
export interface Definition {
  StartAt: string
  States: Record<string, { Type: string; [field: string]: unknown }>
  [field: string]: unknown
}

/**
 * What statemachines/<name>.asl.yaml says, as Step Functions takes it: aliases are written out, and keys at the top that
 * begin with `x-`, which hold what several states share, are gone.
 */
export function readDefinition(name: MachineName): Definition {
  const text = readFileSync(new URL(`../statemachines/${name}.asl.yaml`, import.meta.url), 'utf8')
  // As many states may share a retrier as like.
  const { States, ...head } = parse(text, { maxAliasCount: -1, merge: true }) as Definition
  const kept = Object.entries(head).filter(([key]) => !key.startsWith('x-'))
  return { ...(Object.fromEntries(kept) as Omit<Definition, 'States'> & { StartAt: string }), States }
}
