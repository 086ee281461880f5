import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { type ReadFile, readDocuments } from './documents.ts'
import { type Fleet, FleetSchema } from './model.ts'
import { FleetInvalid, type FleetProblem, type Problem } from './problems.ts'
import { applyRules } from './rules/index.ts'
import { agentWarnings } from './rules/instance-software.ts'
import { nestedDocuments } from './rules/nested-documents.ts'
import { deniedObjects } from './rules/private-inputs.ts'
import { references } from './rules/references.ts'
import { isMapping, type Names, type Scope, type Section, sections } from './rules/scope.ts'
import { warningsOf } from './rules/warnings.ts'
import { inspect } from './structure.ts'
import { readWorkflows } from './workflow-files.ts'
import { readYaml } from './yaml-source.ts'

export type { ReadFile } from './documents.ts'
export { FleetInvalid } from './problems.ts'

/**
 * Reads a fleet.
 * @param text YAML
 * @param file its path, as messages show it
 * @param read reads the files that components name, relative to the fleet's; without it they are not looked at
 * @throws FleetInvalid with everything that is wrong
 */
export const parseFleet = (text: string, file: string, read?: ReadFile): Fleet => judgeFleet(text, file, read).fleet

/** Reads a fleet as parseFleet does, and says what in it is valid, and yet hardly what somebody wants. */
export const judgeFleet = (text: string, file: string, read?: ReadFile): { fleet: Fleet; warnings: Problem[] } => {
  const source = readYaml(text, file)
  if (source.problems.length) throw new FleetInvalid(inOrder(source.problems, file))

  const fleet = isMapping(source.value) ? source.value : {}
  const names = namesIn(fleet)
  const shape = inspect(FleetSchema, source.value, source.written)
  const findings = [...shape, ...references(fleet, names)]
  const problems: Problem[] = []
  const warnings: Problem[] = []
  const sound = v.safeParse(FleetSchema, withoutDamage(fleet, shape))
  if (sound.success) {
    const near = (path: string) => join(dirname(file), path)
    const components = readDocuments(sound.output, fleet.components, source, read, near)
    const workflows = readWorkflows(sound.output, fleet.workflows, source, read, near)
    const scope: Scope = {
      fleet: sound.output,
      names,
      documents: components.documents,
      workflows: workflows.documents,
      read,
      region: shape.some(({ path }) => path[0] === 'build') ? undefined : sound.output.build.region,
      given: (path) => path.reduce(within, fleet as unknown),
    }
    findings.push(...components.findings, ...workflows.findings, ...applyRules(scope))
    problems.push(...components.problems, ...workflows.problems)
    warnings.push(...warningsOf(sound.output, components), ...agentWarnings(sound.output).map(source.place))
    for (const { component, finding } of [...deniedObjects(scope), ...nestedDocuments(scope)]) {
      const place = components.places.get(component)?.place ?? source.place
      problems.push(place(finding))
    }
  }
  problems.push(...findings.map(source.place))
  if (problems.length || !sound.success) throw new FleetInvalid(inOrder(problems, file))
  return { fleet: sound.output, warnings: inOrder(warnings, file) }
}

/** What stands in for a required part that cannot be read, so that the rest can be looked at. */
const placeholders = { name: 'fleet', build: { account: '000000000000', region: 'us-east-1' } }

/** The fleet without every named part that has a problem of its own. */
const withoutDamage = (fleet: Record<string, unknown>, damage: FleetProblem[]): unknown => {
  const parts = structuredClone(fleet)
  for (const [section, name] of damage.map(({ path }) => path)) {
    const named = isSection(section) && name !== undefined && parts[section]
    if (isMapping(named)) delete named[String(name)]
    else if (section !== undefined) delete parts[String(section)]
  }
  return { ...placeholders, ...parts }
}

const isSection = (name: unknown): name is Section => sections.includes(name as Section)

const namesIn = (fleet: Record<string, unknown>) =>
  Object.fromEntries(
    sections.map((section) => {
      const value = fleet[section] ?? {}
      return [section, isMapping(value) ? Object.keys(value) : undefined]
    }),
  ) as Names

/** The fleet's own problems by position, then those of its components' files; one for each cause and place. */
const inOrder = (problems: Problem[], file: string): Problem[] => {
  const unique = [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()]
  return unique.toSorted(
    (a, b) =>
      Number(a.file !== file) - Number(b.file !== file) ||
      a.file.localeCompare(b.file, 'en') ||
      a.line - b.line ||
      a.column - b.column,
  )
}

/** What a mapping or a list has there; undefined in anything else. */
const within = (at: unknown, key: string | number): unknown =>
  isMapping(at) ? at[String(key)] : Array.isArray(at) ? at[Number(key)] : undefined
