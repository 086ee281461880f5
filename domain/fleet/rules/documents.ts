import { actionPlatforms, type Document } from '../awstoe.ts'
import type { Platform } from '../model.ts'
import { didYouMean, type FleetProblem, type Path, show, wrongKey, wrongValue } from '../problems.ts'
import { repeated } from './scope.ts'

type Parameters = Map<string, { default?: string }>

/** The parameters that a document declares, by name. */
export const parametersOf = (document: Document): Parameters =>
  new Map((document.parameters ?? []).flatMap((entry) => Object.entries(entry)))

/** What a document's parts say about each other and about the platform; its shape is right already. */
export const inspectDocument = (document: Document, platform: Platform, at: Path = []): FleetProblem[] => {
  const known = [...parametersOf(document).keys(), ...(document.constants ?? []).flatMap((entry) => Object.keys(entry))]
  const steps = document.phases.flatMap((phase, i) =>
    phase.steps.map((step, j) => ({ step, path: [...at, 'phases', i, 'steps', j] })),
  )
  return [
    ...repeated(document.phases.map(({ name }) => name)).map(([name, i]) =>
      wrongValue([...at, 'phases', i, 'name'], `expected each phase once, found ${show(name)} again`),
    ),
    ...document.phases.flatMap((phase, i) =>
      repeated(phase.steps.map(({ name }) => name)).map(([name, j]) =>
        wrongValue(
          [...at, 'phases', i, 'steps', j, 'name'],
          `expected each step name once in a phase, found ${show(name)} again`,
        ),
      ),
    ),
    ...repeated(known).map(([name]) =>
      wrongKey([...at, 'parameters'], `expected each name once, found ${show(name)} again`),
    ),
    ...steps.flatMap(({ step, path }) => {
      const only = actionPlatforms[step.action]
      return only && only !== platform
        ? [
            wrongValue(
              [...path, 'action'],
              `expected an action for ${platform}, found ${show(step.action)} for ${only}`,
            ),
          ]
        : []
    }),
    ...steps.flatMap(({ step, path }) =>
      textsIn(step.inputs, [...path, 'inputs']).flatMap(([text, where]) =>
        references(text)
          .filter((name) => !known.includes(name))
          .map((name) =>
            wrongValue(
              where,
              `expected a declared parameter or constant, found '{{ ${name} }}'${didYouMean(name, known)}`,
            ),
          ),
      ),
    ),
  ]
}

/** `{{ Version }}`, but not `{{ build.Step.outputs.stdout }}` or `{{ loop.value }}`, which exist at run time. */
const references = (text: string) => [
  ...new Set([...text.matchAll(/\{\{\s*([\w-]+)\s*\}\}/g)].map(([, name]) => name ?? '')),
]

const textsIn = (value: unknown, path: Path): [text: string, path: Path][] => {
  if (typeof value === 'string') return [[value, path]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) =>
    textsIn(child, [...path, Array.isArray(value) ? Number(key) : key]),
  )
}
