import { type Document, stepsOf } from '../awstoe.ts'
import { modules, stepTime } from '../awstoe-modules.ts'
import type { DocumentPlace } from '../documents.ts'
import type { Fleet } from '../model.ts'
import { type FleetProblem, type Problem, show, wrongKey, wrongValue } from '../problems.ts'
import { showDuration } from '../values.ts'

/** What AWS takes, and what still ends as hardly anybody wants: `rebake check` says it, and goes on. */
export const warningsOf = (
  fleet: Fleet,
  { documents, places }: { documents: Map<string, Document>; places: Map<string, DocumentPlace> },
): Problem[] =>
  [...places].flatMap(([component, where]) => {
    const { at, place } = where
    const document = documents.get(component)
    const steps = document ? stepsOf(document, at) : []
    return [...outgrown(fleet, component, steps), ...steps.flatMap(rebootTime), ...steps.flatMap(halfChecksum)].map(
      place,
    )
  })

type Step = ReturnType<typeof stepsOf>[number]

/** AWSTOE ends a step that names no time after two hours, however long its image may take. */
const outgrown = (fleet: Fleet, component: string, steps: Step[]): FleetProblem[] => {
  const bakes = Object.entries(fleet.images).filter(([, image]) =>
    image.components.some((use) => use.component === component),
  )
  const times = bakes.flatMap(([name, image]) => [
    { name, seconds: image.estimate, says: `usually takes ${showDuration(image.estimate)}` },
    { name, seconds: image.timeout, says: `may take ${showDuration(image.timeout)}` },
  ])
  const longest = times.toSorted((a, b) => b.seconds - a.seconds)[0]
  if (longest === undefined || longest.seconds <= stepTime) return []
  return steps
    .filter(({ step }) => modules[step.action]?.slow && step.timeoutSeconds === undefined)
    .map(({ step, path }) =>
      wrongValue(
        [...path, 'action'],
        `AWSTOE ends ${step.action} after ${showDuration(stepTime)}, as the step has no timeoutSeconds, and ${show(longest.name)} ${longest.says}: give the step its own timeoutSeconds, of at most 604800, or -1 for no limit`,
        path,
      ),
    )
}

/** toe-action-modules.html#action-modules-reboot: "Step timeout is not supported" */
const rebootTime = ({ step, path }: Step): FleetProblem[] =>
  step.action === 'Reboot' && step.timeoutSeconds !== undefined
    ? [wrongKey([...path, 'timeoutSeconds'], 'Reboot does not support it: leave it out')]
    : []

/** toe-action-modules.html#action-modules-webdownload: "both the checksum and the algorithm must be provided" */
const halfChecksum = ({ step, path }: Step): FleetProblem[] =>
  step.action === 'WebDownload' && Array.isArray(step.inputs)
    ? step.inputs.flatMap((input: object, i) => {
        const [given, ...more] = ['checksum', 'algorithm'].filter((key) => Object.hasOwn(input, key))
        if (given === undefined || more.length > 0) return []
        const lacks = given === 'checksum' ? 'algorithm' : 'checksum'
        return [wrongKey([...path, 'inputs', i, given], `AWSTOE verifies nothing without ${lacks}: give both`)]
      })
    : []
