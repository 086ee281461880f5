import { createHash } from 'node:crypto'
import { type BakedField, imageFields } from './image-fields.ts'
import type { Component, Fleet, Image, Workflow } from './model.ts'

/**
 * What an image is made of beside its parent, as one fingerprint: of all its fields but those that image-fields.ts leaves
 * out, and of the steps of its components and workflows. Two definitions that bake the same AMI have the same.
 *
 * @param read the text of a component's file
 */
export function imageFingerprint(fleet: Fleet, image: string, read: (file: string) => string): string {
  const found = fleet.images[image]
  if (!found) throw new Error(`the fleet has no image ${image}`)
  const made = Object.fromEntries(fieldsIn(found).map((field) => [field, written(field, found, { fleet, read })]))
  return createHash('sha256').update(JSON.stringify(made)).digest('hex').slice(0, 16)
}

/** Every image's fingerprint, by name. */
export const imageFingerprints = (fleet: Fleet, read: (file: string) => string): Record<string, string> =>
  Object.fromEntries(Object.keys(fleet.images).map((image) => [image, imageFingerprint(fleet, image, read)]))

type Field = keyof Image

/** Fingerprints are stored, so these stay in this order, and every other field comes after them. */
const first: Field[] = [
  'pipeline',
  'componentUpdates',
  'components',
  'volumes',
  'workingDirectory',
  'tags',
] satisfies BakedField[]

const leftOut = new Set(Object.entries(imageFields).flatMap(([field, row]) => (row.baked ? [] : [field])))

function fieldsIn(image: Image): Field[] {
  const others = (Object.keys(image) as Field[]).filter((field) => !first.includes(field) && !leftOut.has(field))
  return [...first, ...others.sort()]
}

interface FingerprintInput {
  fleet: Fleet
  read: (file: string) => string
}

/** How a field is written where not as it is with its keys in order; undefined adds nothing. */
const forms: { [K in Field]?: (image: Image, source: FingerprintInput) => unknown } = {
  componentUpdates: ({ pipeline, componentUpdates = 'pinned' }) => pipeline && componentUpdates,
  components: ({ components }, { fleet, read }) =>
    components.map(({ component, parameters, ...others }) => ({
      steps: documentOf(fleet.components[component], read),
      parameters: sorted(parameters),
      ...withKeysInOrder(others),
    })),
  workflows: ({ workflows }, { fleet, read }) =>
    workflows?.map(({ workflow, ...use }) => ({
      steps: documentOf(fleet.workflows[workflow], read),
      ...withKeysInOrder(use),
    })),
  volumes: ({ volumes }) => volumes,
  tags: ({ tags }) => sorted(tags),
}

const written = (field: Field, image: Image, source: FingerprintInput): unknown =>
  forms[field] ? forms[field](image, source) : withKeysInOrder(image[field])

function documentOf(part: Component | Workflow | undefined, read: (file: string) => string): unknown {
  if (!part) return undefined
  if ('arn' in part) return part.arn
  // Nobody reads an object again that has the same key.
  if ('uri' in part && part.uri !== undefined) return part.uri
  return part.file === undefined ? part.document : read(part.file)
}

const sorted = (record: Record<string, string>) => Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1))

function withKeysInOrder<T>(value: T): T
function withKeysInOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withKeysInOrder)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, member]): [string, unknown] => [key, withKeysInOrder(member)])
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
