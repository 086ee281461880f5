import { isNewer } from './newer-members.ts'
import { isObject, type Shape } from './shape.ts'

/**
 * CloudFormation and Step Functions write every member with a capital first letter, whatever the API does.
 * Keys of maps are data and stay as they are.
 */

const lower = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)
const upper = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)

/** Names as the API has them. What the model does not have stays, for validation to name. */
export function toApiNames(shape: Shape, value: unknown): unknown {
  return rename(shape, value, (written, members, name) =>
    !members.has(written) && (members.has(lower(written)) || isNewer(name, lower(written))) ? lower(written) : written,
  )
}

/** Names as CloudFormation and Step Functions have them. */
export function toPascalNames(shape: Shape, value: unknown): unknown {
  return rename(shape, value, upper)
}

type Renaming = (written: string, members: Map<string, Shape>, structure: string) => string

function rename(shape: Shape, value: unknown, name: Renaming): unknown {
  if (shape.isListSchema() && Array.isArray(value))
    return value.map((item) => rename(shape.getValueSchema(), item, name))
  if (!isObject(value)) return value
  if (shape.isMapSchema()) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, rename(shape.getValueSchema(), item, name)]),
    )
  }
  if (!shape.isStructSchema()) return value
  const members = new Map(shape.structIterator())
  return Object.fromEntries(
    Object.entries(value).map(([written, item]) => {
      const renamed = name(written, members, String(shape.getName()))
      const member = members.get(renamed) ?? members.get(written)
      return [renamed, member ? rename(member, item, name) : item]
    }),
  )
}
