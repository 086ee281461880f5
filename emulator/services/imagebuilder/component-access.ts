import type { Component, ComponentConfiguration } from '@aws-sdk/client-imagebuilder'
import { parse } from 'yaml'
import type { Permission } from '../types.ts'

/**
 * What the steps of a component ask of S3, as far as its document says it before it runs: a step that waits for a condition, a loop
 * or an output of another step is not followed.
 * https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html
 */

/** Phases of a document that run while an image is in one of its own. */
export type RunningPhase = 'BUILDING' | 'TESTING'
const phasesOf: Record<RunningPhase, string[]> = { BUILDING: ['build', 'validate'], TESTING: ['test'] }

interface Step {
  name?: string
  action?: string
  inputs?: unknown
  onFailure?: string
  if?: unknown
}

interface Document {
  parameters?: Record<string, { default?: unknown }>[]
  constants?: Record<string, { value?: unknown }>[]
  phases?: { name?: string; steps?: Step[] }[]
}

export interface ObjectAccess {
  phaseName: string
  stepName: string
  action: string
  /** The operation that S3 refuses, as the action reports it. */
  operation: string
  permission: Permission
}

const actions: Record<string, { input: string; operation: string }> = {
  S3Download: { input: 'source', operation: 'HeadObject' },
  S3Upload: { input: 'destination', operation: 'PutObject' },
  ExecuteDocument: { input: 'document', operation: 'GetObject' },
}

/** In the order of the document. */
export function objectAccesses(
  { data }: Pick<Component, 'data'>,
  { parameters = [] }: ComponentConfiguration,
  running: RunningPhase,
): ObjectAccess[] {
  // A document by its URI is in a bucket, and buckets are not emulated.
  const document = (parse(data ?? '{}') ?? {}) as Document
  const values = new Map<string, unknown>([
    ...(document.parameters ?? []).flatMap((each) =>
      Object.entries(each).map(([name, of]): [string, unknown] => [name, of.default]),
    ),
    ...(document.constants ?? []).flatMap((each) =>
      Object.entries(each).map(([name, of]): [string, unknown] => [name, of.value]),
    ),
    ...parameters.map(({ name = '', value = [] }): [string, unknown] => [name, value[0]]),
  ])
  const phases = (document.phases ?? []).filter(({ name = '' }) => phasesOf[running].includes(name))
  return phases.flatMap(({ name: phaseName = '', steps = [] }) =>
    steps.flatMap((step) => accessesOf(step, values).map((access) => ({ phaseName, ...access }))),
  )
}

function accessesOf(step: Step, values: Map<string, unknown>): Omit<ObjectAccess, 'phaseName'>[] {
  const { name: stepName = '', action = '', onFailure } = step
  const known = actions[action]
  // "Ignore" continues, and the document does not fail.
  if (!known || step.if !== undefined || onFailure === 'Ignore') return []
  return [step.inputs].flat().flatMap((each) => {
    const text = (each as Record<string, unknown> | null | undefined)?.[known.input]
    if (typeof text !== 'string') return []
    const location = text.replace(/\{\{\s*([\w-]+)\s*\}\}/g, (whole, name: string) => String(values.get(name) ?? whole))
    const [, bucket, key = ''] = location.match(/^s3:\/\/([^/]+)\/(.*)$/) ?? []
    if (!bucket || location.includes('{{')) return []
    return [{ stepName, action, ...neededFor(action, bucket, key, known.operation) }]
  })
}

/** A prefix is listed first: the module needs s3:ListBucket "against the bucket" for multiple files. */
function neededFor(action: string, bucket: string, key: string, operation: string) {
  if (action === 'S3Download' && key.endsWith('*')) {
    const context = { 's3:prefix': key.slice(0, -1) }
    return {
      operation: 'ListObjectsV2',
      permission: { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, context },
    }
  }
  const needed = action === 'S3Upload' ? 's3:PutObject' : 's3:GetObject'
  return { operation, permission: { action: needed, resource: `arn:aws:s3:::${bucket}/${key}` } }
}
