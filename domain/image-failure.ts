import type { Target } from './planning/ring-order.ts'

/**
 * What Image Builder tells of a failure beside its reason: `failureContext` of an image's state. Every member is optional, and
 * their texts are of components and of other services: they are for people to read, and nothing else.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/image-failure-context.html
 */
export interface ImageFailure {
  /** The status that the image had when it failed. */
  stage?: string | undefined
  /** The step of the workflow. */
  step?: string | undefined
  component?: { arn?: string; phase?: string; step?: string; action?: string; error?: string } | undefined
  /** What is said of the distribution as a whole. */
  distribution?: string | undefined
  /** Each copy that failed, as far as it is named. */
  copies: FailedCopy[]
}

interface FailedCopy {
  /** Left out of a copy in the build account. */
  account?: string | undefined
  region: string
  why?: string | undefined
}

/** Characters that are kept of a text: the logs have the rest. */
const most = 400

/** Reads a `failureContext`, whatever is in it. */
export function readFailure(context: unknown): ImageFailure {
  const { imageStatus, failedStep, componentFailure, distributionFailure } = objectOf(context)
  const distribution = objectOf(distributionFailure)
  const { regionFailures } = distribution
  return {
    stage: textOf(imageStatus),
    step: textOf(failedStep),
    component: componentFailure === undefined ? undefined : componentOf(objectOf(componentFailure)),
    distribution: textOf(distribution.errorMessage),
    copies: (Array.isArray(regionFailures) ? regionFailures : []).flatMap((each) => copyOf(objectOf(each))),
  }
}

const componentOf = (of: Record<string, unknown>): ImageFailure['component'] =>
  Object.fromEntries(
    Object.entries({
      arn: textOf(of.componentArn),
      phase: textOf(of.phaseName),
      step: textOf(of.stepName),
      action: textOf(of.action),
      error: textOf(of.errorMessage),
    }).filter(([, text]) => text !== undefined),
  )

function copyOf(of: Record<string, unknown>): FailedCopy[] {
  const region = textOf(of.region)
  if (region === undefined) return []
  const doing = textOf(of.imageConfigurationStep)
  const why = textOf(of.errorMessage) ?? textOf(of.status)
  return [{ account: textOf(of.targetAccountId), region, why: doing && why ? `${doing}: ${why}` : (why ?? doing) }]
}

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** One line without control characters, and not for ever. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const line = value.replace(/[\p{C}\s]+/gu, ' ').trim()
  if (line === '') return undefined
  return line.length > most ? `${line.slice(0, most)}...` : line
}

/** Where a build failed, and with what; undefined where nothing of it is known. */
export function placeOfFailure({ stage, step, component }: ImageFailure): string | undefined {
  const { arn, phase, step: componentStep, action, error } = component ?? {}
  const parts = [
    arn && `component ${arn.split(':component/')[1] ?? arn}`,
    phase && `phase ${phase}`,
    componentStep && `step ${componentStep}`,
    action && `action ${action}`,
    step && `workflow step ${step}`,
  ].filter((part) => part !== undefined)
  const where = parts.length > 0 ? `in ${parts.join(', ')}` : ''
  const when = stage ? `it was ${stage}` : ''
  const place = [when, where].filter((text) => text !== '').join(' ')
  if (error) return place === '' ? error : `${place}: ${error}`
  return place === '' ? undefined : place
}

/** The targets that failed, with why: a copy without an account is one of the build account's own. */
export const failedTargets = ({ copies }: ImageFailure, build: string): { target: Target; why: string | undefined }[] =>
  copies.map(({ account = build, region, why }) => ({ target: { account, region }, why }))
