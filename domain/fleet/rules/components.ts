import { didYouMean, show, wrongKey, wrongValue } from '../problems.ts'
import { parametersOf } from './documents.ts'
import { type Rule, repeated } from './scope.ts'

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
    const given = ['file', 'document', 'uri'].filter((name) => Object.hasOwn(component, name))
    if (given.length === 1) return []
    return [
      wrongKey(path, `expected 'file', 'document', 'uri' or 'arn', found ${given.join(' and ') || 'none of them'}`),
    ]
  })

/** Each system once, and all of the component's platform. What an image is of, only its parent knows. */
export const systems: Rule = ({ fleet }) =>
  Object.entries(fleet.components).flatMap(([key, component]) => {
    if ('arn' in component) return []
    const { platform, supportedOsVersions: names = [] } = component
    const path = ['components', key, 'supportedOsVersions']
    const others = names.flatMap((name, i) => {
      const isWindows = /windows/i.test(name)
      return isWindows === (platform === 'Windows')
        ? []
        : [wrongValue([...path, i], `expected a system of the platform ${platform}, found ${show(name)}`)]
    })
    return [
      ...others,
      ...repeated(names).map(([name, i]) =>
        wrongValue([...path, i], `expected each system once, found ${show(name)} again`),
      ),
    ]
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
