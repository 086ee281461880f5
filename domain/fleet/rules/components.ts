import { didYouMean, show, wrongKey, wrongValue } from '../problems.ts'
import { parametersOf } from './documents.ts'
import type { Rule } from './scope.ts'

/** Where a component's steps come from: one place, in a region that recipes can reach. */
export const sources: Rule = ({ fleet, region }) =>
  Object.entries(fleet.components).flatMap(([key, component]) => {
    const path = ['components', key]
    if ('arn' in component) {
      const found = component.arn.split(':')[3]
      return region && found !== region
        ? [wrongValue([...path, 'arn'], `expected a component in the build region ${region}, found one in ${found}`)]
        : []
    }
    const given = ['file', 'document'].filter((name) => Object.hasOwn(component, name))
    if (given.length === 1) return []
    return [wrongKey(path, `expected 'file', 'document' or 'arn', found ${given.join(' and ') || 'none of them'}`)]
  })

/** A recipe gives each component the parameters that its document declares. */
export const parameterUse: Rule = ({ fleet, documents }) =>
  Object.entries(fleet.images).flatMap(([key, image]) =>
    image.components.flatMap(({ component, parameters }, i) => {
      const document = documents.get(component)
      if (!document) return []
      const path = ['images', key, 'components', i]
      const declared = parametersOf(document)
      const unknown = Object.keys(parameters).filter((name) => !declared.has(name))
      const hints = unknown.map((name) => didYouMean(name, declared.keys()))
      const missing = [...declared]
        .filter(([name, parameter]) => parameter.default === undefined && !Object.hasOwn(parameters, name))
        .filter(([name]) => !hints.some((hint) => hint.includes(`'${name}'`)))
      return [
        ...unknown.map((name, j) =>
          wrongKey(
            [...path, 'parameters', name],
            `${show(component)} declares no parameter ${show(name)}${hints[j] || `: expected ${declared.size ? `one of ${[...declared.keys()].join(', ')}` : 'none'}`}`,
            [...path, 'parameters'],
          ),
        ),
        ...missing.map(([name]) =>
          wrongValue(
            [...path, 'component'],
            `${show(component)} needs the parameter ${show(name)}, which has no default`,
            path,
          ),
        ),
      ]
    }),
  )
