import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CloudAssemblySummary } from '../../infra/synthesize.ts'
import { temporaryDirectory } from './rehearsal.ts'

/** What differs in a product that was built wrongly. */
export interface Mutation {
  /** Changes the template of the build account's stack, in place. */
  build?: (template: CloudAssemblySummary['buildStack']['template']) => void
  /** Changes the template of the target accounts' stack, in place. */
  target?: (template: CloudAssemblySummary['targetStack']['template']) => void
  /** Changes the template of the key's stack in each other region, in place. */
  keys?: (template: CloudAssemblySummary['keyStacks'][number]['template']) => void
  /** Replaces text in the minified bundle of each function that has it. At least one must. */
  code?: [RegExp, string]
}

/** The same cloud assembly, but for a mistake. The assembly that is given stays as it is. */
export function mutantOf(
  assembly: CloudAssemblySummary,
  { build, target, keys, code }: Mutation,
): CloudAssemblySummary {
  const mutant = {
    ...assembly,
    buildStack: structuredClone(assembly.buildStack),
    targetStack: structuredClone(assembly.targetStack),
    keyStacks: structuredClone(assembly.keyStacks),
  }
  build?.(mutant.buildStack.template)
  target?.(mutant.targetStack.template)
  for (const { template } of mutant.keyStacks) keys?.(template)
  return code ? { ...mutant, functions: changed(assembly.functions, code) } : mutant
}

function changed(functions: CloudAssemblySummary['functions'], [found, replacement]: [RegExp, string]) {
  let hits = 0
  const mutants = Object.entries(functions).map(([logicalId, fn]) => {
    const before = readFileSync(join(fn.directory, 'index.js'), 'utf8')
    const after = before.replaceAll(new RegExp(found, 'g'), replacement)
    if (after === before) return [logicalId, fn]
    hits += 1
    const directory = temporaryDirectory()
    cpSync(fn.directory, directory, { recursive: true })
    writeFileSync(join(directory, 'index.js'), after)
    return [logicalId, { ...fn, directory }]
  })
  if (hits === 0) throw new Error(`no function has ${found}: the mutation does nothing`)
  return Object.fromEntries(mutants)
}

/** Replaces text in the definitions of the state machines that have it. One must. */
export function changeMachines(
  template: CloudAssemblySummary['buildStack']['template'],
  from: string,
  to: string,
): void {
  let hits = 0
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type !== 'AWS::StepFunctions::StateMachine') continue
    const definition = String(Properties?.DefinitionString)
    if (!definition.includes(from)) continue
    hits += 1
    Object.assign(Properties ?? {}, { DefinitionString: definition.replaceAll(from, to) })
  }
  if (hits === 0) throw new Error(`no state machine has ${from}: the mutation does nothing`)
}
