import { UnsupportedFeature } from '../unsupported-feature.ts'
import { arnOf } from './arn.ts'

/** A synthesized CloudFormation template, as far as the emulator reads it. */
export interface Template {
  Resources: Record<string, Resource>
  Parameters?: Record<string, { Default?: string }>
}

type Policy = 'Delete' | 'Retain' | 'RetainExceptOnCreate' | 'Snapshot'

export interface Resource {
  Type: string
  Properties?: Record<string, unknown>
  DependsOn?: string | string[]
  Condition?: string
  DeletionPolicy?: Policy
  UpdateReplacePolicy?: Policy
  /** The CDK has there where the code of a function is: `aws:asset:path`. */
  Metadata?: Record<string, unknown>
}

/** What creating a resource gives: its Ref, and its attributes for Fn::GetAtt. */
export interface Created {
  ref: string
  attributes?: Record<string, unknown>
}

export interface Place {
  account: string
  region: string
  stack: string
}

/**
 * The logical ids of a template, each after all that it refers to or depends on.
 * @throws Error for a reference to nothing and for a circle, UnsupportedFeature for a resource with a condition
 */
export function orderOf(template: Template, { stack }: Place): string[] {
  const order = new Set<string>()
  const under: string[] = []
  const visit = (logicalId: string): void => {
    if (order.has(logicalId)) return
    const resource = template.Resources[logicalId]
    if (!resource) throw new Error(`${stack}: no resource ${logicalId}`)
    if (under.includes(logicalId)) throw new Error(`${stack}: ${[...under, logicalId].join(' -> ')} is a circle`)
    if (resource.Condition)
      throw new UnsupportedFeature('template condition', `${resource.Condition} of ${logicalId}`, stack)
    under.push(logicalId)
    const isResource = (name: string) => !name.startsWith('AWS::') && !(name in (template.Parameters ?? {}))
    for (const needed of [resource.DependsOn ?? [], referencesIn(resource.Properties)].flat())
      if (isResource(needed)) visit(needed)
    under.pop()
    order.add(logicalId)
  }
  for (const logicalId of Object.keys(template.Resources)) visit(logicalId)
  return [...order]
}

/** The names that a value refers to, in their order. */
function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  if (typeof value !== 'object' || value === null) return []
  const [[name = '', argument] = [], ...others] = Object.entries(value)
  if (others.length > 0) return Object.values(value).flatMap(referencesIn)
  if (name === 'Ref') return [String(argument)]
  if (name === 'Fn::GetAtt') return [String([argument].flat()[0]).split('.')[0] ?? '']
  if (name !== 'Fn::Sub') return referencesIn(argument)
  const [text, values] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, object]
  const named = [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, found = '']) => found)
  return [
    ...named.filter((found) => !(found in values)).map((found) => found.split('.')[0] ?? ''),
    ...referencesIn(values),
  ]
}

/** What the resources of a stack are that are there already. */
type Made = (logicalId: string) => Created | undefined

/**
 * Resolves the intrinsic functions of values of a template. `stackId` ends the stack's ARN.
 * @throws UnsupportedFeature for an intrinsic that it does not know
 */
export function resolverOf(template: Template, place: Place, stackId: string, made: Made): (value: unknown) => unknown {
  const pseudo: Record<string, string> = {
    'AWS::AccountId': place.account,
    'AWS::Region': place.region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': place.stack,
    'AWS::StackId': arnOf(place, 'cloudformation', `stack/${place.stack}/${stackId}`),
  }

  const created = (logicalId: string): Created => {
    const known = made(logicalId)
    if (!known) throw new Error(`${place.stack}: no resource ${logicalId}`)
    return known
  }

  const ref = (name: string) => pseudo[name] ?? template.Parameters?.[name]?.Default ?? created(name).ref

  const attribute = (logicalId: string, name: string) => {
    const value = created(logicalId).attributes?.[name]
    if (value === undefined)
      throw new UnsupportedFeature(
        'resource attribute',
        `${name} of ${template.Resources[logicalId]?.Type} (${logicalId})`,
        place.stack,
      )
    return value
  }

  const substitute = (text: string, values: Record<string, unknown>) =>
    text.replace(/\$\{(!?)([^}]+)\}/g, (whole, literal, name: string) => {
      if (literal) return `\${${name}}`
      if (name in values) return String(values[name])
      const [logicalId = '', attributeName] = name.split(/\.(.*)/)
      return String(attributeName ? attribute(logicalId, attributeName) : ref(name)) || whole
    })

  const intrinsics: Record<string, (argument: never) => unknown> = {
    Ref: (name: string) => ref(name),
    'Fn::GetAtt': (path: string | string[]) => {
      const [logicalId = '', ...name] = typeof path === 'string' ? path.split('.') : path
      return attribute(logicalId, name.join('.'))
    },
    'Fn::Join': ([separator, parts]: [string, unknown[]]) => (resolve(parts) as unknown[]).join(separator),
    'Fn::Sub': (argument: string | [string, Record<string, unknown>]) =>
      typeof argument === 'string'
        ? substitute(argument, {})
        : substitute(argument[0], resolve(argument[1]) as Record<string, unknown>),
    'Fn::Select': ([index, list]: [number | string, unknown]) => (resolve(list) as unknown[])[Number(index)],
    'Fn::Split': ([separator, text]: [string, unknown]) => String(resolve(text)).split(separator),
    'Fn::Base64': (text: unknown) => Buffer.from(String(resolve(text))).toString('base64'),
  }

  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== undefined)
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value)
    const [name = '', argument] = entries[0] ?? []
    if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) {
      if (name === 'Ref' && argument === 'AWS::NoValue') return undefined
      const intrinsic = intrinsics[name]
      if (!intrinsic) throw new UnsupportedFeature('intrinsic function', name, place.stack)
      return intrinsic(argument as never)
    }
    return Object.fromEntries(
      entries.map(([key, item]) => [key, resolve(item)] as const).filter(([, item]) => item !== undefined),
    )
  }
  return resolve
}
