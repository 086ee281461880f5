import { type AdoptedField, fieldsBesidePipeline } from '../image-fields.ts'
import { show, wrongKey, wrongValue } from '../problems.ts'
import { type Rule, repeated } from './scope.ts'

/** Why an image with a pipeline of Rebake's own has no such field. */
const onlyAdopted: Record<AdoptedField, string> = {
  componentUpdates: "the fleet's own recipes say which versions they take",
}

/** An image is baked by a pipeline of its own, of instances and components, or by one that exists already. */
export const onePipeline: Rule = ({ fleet, given }) =>
  Object.entries(fleet.images).flatMap(([key, image]) => {
    const path = ['images', key]
    if (image.pipeline)
      return fieldsBesidePipeline('refused')
        .filter((name) => given([...path, name]) !== undefined)
        .map((name) => wrongKey([...path, name], `expected no ${name} beside 'pipeline': the pipeline has its own`))
    const missing = [
      ...(image.infrastructure === undefined ? ["'infrastructure'"] : []),
      ...(image.components.length === 0 ? ["'components'"] : []),
    ]
    return [
      ...(missing.length > 0
        ? [wrongKey(path, `expected ${missing.join(' and ')}, or the 'pipeline' that bakes it, found none of them`)]
        : []),
      ...Object.entries(onlyAdopted)
        .filter(([name]) => given([...path, name]) !== undefined)
        .map(([name, why]) => wrongKey([...path, name], `expected it beside 'pipeline' only: ${why}`)),
    ]
  })

/** Pipelines are the build account's, in its region, and one for each image. */
export const ownPipelines: Rule = ({ fleet, region }) => {
  const pipelines = Object.entries(fleet.images).flatMap(([key, image]) =>
    image.pipeline ? [{ path: ['images', key, 'pipeline'], pipeline: image.pipeline }] : [],
  )
  const { account } = fleet.build
  const elsewhere = pipelines.flatMap(({ path, pipeline }) => {
    const [, , , found, owner] = pipeline.split(':')
    return region && (found !== region || owner !== account)
      ? [
          wrongValue(
            path,
            `expected a pipeline of the build account ${account} in ${region}, found one of ${owner} in ${found}`,
          ),
        ]
      : []
  })
  const twice = repeated(pipelines.map(({ pipeline }) => pipeline)).flatMap(([pipeline, i]) => {
    const { path } = pipelines[i] ?? {}
    return path ? [wrongValue(path, `expected a pipeline for each image, found ${show(pipeline)} again`)] : []
  })
  return [...elsewhere, ...twice]
}
