import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { MachineName } from './functions/names.ts'
import { packageFile } from './package-file.ts'

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
  const known = definitions.get(name) ?? parsed(name)
  definitions.set(name, known)
  // The caller's own: a validator of definitions writes into the one that it is given.
  return structuredClone(known)
}

function parsed(name: MachineName): Definition {
  const text = readFileSync(packageFile(`statemachines/${name}.asl.yaml`), 'utf8')
  // As many states may share a retrier as like.
  const { States, ...head } = parse(text, { maxAliasCount: -1, merge: true }) as Definition
  const kept = Object.entries(head).filter(([key]) => !key.startsWith('x-'))
  return { ...(Object.fromEntries(kept) as Omit<Definition, 'States'> & { StartAt: string }), States }
}
/** Read once: a process that rehearses synthesizes many fleets. */
const definitions = new Map<MachineName, Definition>()

/** Seconds that a state waits longer than its function may run: for Lambda to let it begin, and for its answer. */
const margin = 30

/**
 * The definition, in which each state that calls a function, and does not wait for a token, has a time-out: when it is over, so is the
 * function's own. Step Functions cannot stop a function: one that has more time than its state works on while the machine goes on.
 *
 * @param timeoutOf seconds that a function may run, by what stands for its ARN: `${StartBakeFunctionArn}`
 */
export function withTimeouts(definition: Definition, timeoutOf: (functionArn: string) => number): Definition {
  const within = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(within)
    if (typeof value !== 'object' || value === null) return value
    const fields = Object.fromEntries(Object.entries(value).map(([key, field]) => [key, within(field)]))
    if (fields.Resource !== 'arn:aws:states:::lambda:invoke') return fields
    const { FunctionName } = fields.Arguments as { FunctionName: string }
    return Object.assign(fields, { TimeoutSeconds: timeoutOf(FunctionName) + margin })
  }
  return within(definition) as Definition
}
