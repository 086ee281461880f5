import { UnsupportedFeature } from '../unsupported-feature.ts'
import { arnOf } from './arn.ts'
/** A synthesized CloudFormation template, as far as the emulator reads it. */
export interface Template {
  Resources: Record<string, Resource>
  Parameters?: Record<string, { Default?: string }>
}

export interface Resource {
  Type: string
  Properties?: Record<string, unknown>
  DependsOn?: string | string[]
  Condition?: string
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

type Create = (logicalId: string, resource: Resource, properties: Record<string, unknown>) => Created

/**
 * Creates every resource of a template in the order of its references, as CloudFormation would, and
 * resolves the intrinsic functions on the way. `stackId` ends the stack's ARN.
 * @throws UnsupportedFeature for an intrinsic that it does not know, and for a resource with a condition
 */
export function deploy(template: Template, place: Place, create: Create, stackId = 'emulator'): Map<string, Created> {
  const done = new Map<string, Created>()
  const under: string[] = []

  const created = (logicalId: string): Created => {
    const known = done.get(logicalId)
    if (known) return known
    const resource = template.Resources[logicalId]
    if (!resource) throw new Error(`${place.stack}: no resource ${logicalId}`)
    if (under.includes(logicalId)) throw new Error(`${place.stack}: ${[...under, logicalId].join(' -> ')} is a circle`)
    if (resource.Condition)
      throw new UnsupportedFeature('template condition', `${resource.Condition} of ${logicalId}`, place.stack)
    under.push(logicalId)
    for (const dependency of [resource.DependsOn ?? []].flat()) created(dependency)
    const properties = resolve(resource.Properties ?? {}) as Record<string, unknown>
    under.pop()
    const made = create(logicalId, resource, properties)
    done.set(logicalId, made)
    return made
  }

  const pseudo: Record<string, string> = {
    'AWS::AccountId': place.account,
    'AWS::Region': place.region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': place.stack,
    'AWS::StackId': arnOf(place, 'cloudformation', `stack/${place.stack}/${stackId}`),
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

  for (const logicalId of Object.keys(template.Resources)) created(logicalId)
  return done
}
