import type { Document } from '../awstoe.ts'
import { modules } from '../awstoe-modules.ts'
import type { Platform } from '../model.ts'
import { type FleetProblem, type Path, show, wrongKey, wrongValue } from '../problems.ts'
import { type OutlinedStep, outlineOf } from './outline.ts'
import { referencesOf } from './references-of-steps.ts'
import { isMapping, repeated } from './scope.ts'
import { inspectStep } from './steps.ts'

type Parameters = Map<string, { default?: string }>

/** The parameters that a document declares, by name. */
export const parametersOf = (document: Document): Parameters =>
  new Map((document.parameters ?? []).flatMap((entry) => Object.entries(entry)))

/**
 * What a document's parts say about each other and about the platform.
 * @param document as it is written: what is wrong in its own shape is said elsewhere, and hides nothing here
 * @param platform undefined where the component does not say a right one
 */
export const inspectDocument = (
  document: unknown,
  platform: Platform | undefined,
  written: (path: Path) => string | undefined,
  at: Path = [],
): FleetProblem[] => {
  const outline = outlineOf(document, at)
  const { phases, steps } = outline
  return [
    ...again(phases).map(({ name, path }) =>
      wrongValue([...path, 'name'], `expected each phase once, found ${show(name)} again`),
    ),
    ...phases.flatMap((_, i) =>
      again(steps.filter(({ position }) => position[0] === i)).map(({ name, path }) =>
        wrongValue([...path, 'name'], `expected each step name once in a phase, found ${show(name)} again`),
      ),
    ),
    ...phases.flatMap((_, i) =>
      again(steps.filter(({ position }) => position[0] === i).flatMap(namedLoop)).map(({ name, path }) =>
        wrongValue(path, `expected each loop name once in a phase, found ${show(name)} again`),
      ),
    ),
    ...again([...outline.parameters, ...outline.constants]).map(({ name, path }) =>
      wrongKey(path, `expected each name once, found ${show(name)} again`, path.slice(0, -1)),
    ),
    ...steps.flatMap((step) => otherPlatform(step, platform)),
    ...steps.flatMap((step) => inspectStep(step, platform, written)),
    ...steps.flatMap((step) => referencesOf(step, outline)),
  ]
}

const otherPlatform = ({ action, path }: OutlinedStep, platform: Platform | undefined): FleetProblem[] => {
  const only = modules[action]?.platform
  if (!only || !platform || only === platform) return []
  const message = `expected an action for ${platform}, found ${show(action)} for ${only}`
  return [wrongValue([...path, 'action'], message)]
}

const namedLoop = ({ step, path }: OutlinedStep) =>
  isMapping(step.loop) && typeof step.loop.name === 'string'
    ? [{ name: step.loop.name, path: [...path, 'loop', 'name'] }]
    : []

/** Those whose name is there already, but for what has none. */
const again = <T extends { name: string }>(all: T[]): T[] =>
  repeated(all.map(({ name }) => name)).flatMap(([name, i]) => (name === '' ? [] : (all[i] ?? [])))
