import type { OpenQuestionName } from '../open-questions.ts'
import { UnsupportedFeature } from '../unsupported-feature.ts'
import type { Properties } from './loading.ts'
import { changesOf } from './resource-changes.ts'
import { type Created, orderOf, type Place, type Resource, resolverOf, type Template } from './template.ts'

/** A resource of a stack: as the template has it, resolved, and what came of it. */
export interface Made {
  logicalId: string
  resource: Resource
  properties: Properties
  created: Created
}

/** How resources come, change and go. Each may take virtual time. */
export interface Workshop {
  isStrict(question: OpenQuestionName): boolean
  create(logicalId: string, resource: Resource, properties: Properties): Promise<Created>
  /** Changes one in place. */
  change(made: Made, properties: Properties): Promise<Created>
  remove(made: Made): Promise<void>
  /** Before a resource of a stack that was there before is changed. */
  pause(logicalId: string): Promise<void>
}

export type StackStatus =
  | 'CREATE_COMPLETE'
  | 'ROLLBACK_COMPLETE'
  | 'ROLLBACK_FAILED'
  | 'UPDATE_COMPLETE'
  | 'UPDATE_ROLLBACK_COMPLETE'
  | 'UPDATE_ROLLBACK_FAILED'
  | 'DELETE_COMPLETE'
  | 'DELETE_FAILED'

const creationFailed: (StackStatus | undefined)[] = ['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED']

/**
 * A stack as CloudFormation keeps it: resources are created, changed, replaced and removed in the order of their references,
 * and all of it is undone where one fails.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
 */
export class Stack {
  readonly place: Place
  /** What ends its ARN. */
  readonly id: string
  status: StackStatus | undefined
  /** What could not be removed, and why: nobody is stopped by it. */
  readonly leftBehind: string[] = []
  readonly #resources = new Map<string, Made>()
  readonly #workshop: Workshop

  constructor(place: Place, id: string, workshop: Workshop) {
    this.place = place
    this.id = id
    this.#workshop = workshop
  }

  get isGone(): boolean {
    return this.status === 'DELETE_COMPLETE' || this.status === 'DELETE_FAILED'
  }

  /** It was never there as a whole: it can only be deleted. */
  get hasFailed(): boolean {
    return creationFailed.includes(this.status)
  }

  /**
   * Makes of the stack what the template says.
   * @throws Error where a resource fails, after everything is as it was before; UnsupportedFeature for what is not emulated
   */
  async deploy(template: Template): Promise<void> {
    const isNew = this.status === undefined
    const undo: (() => Promise<void>)[] = []
    const replaced: Made[] = []
    let logicalId = ''
    try {
      const order = orderOf(template, this.place)
      const resolve = resolverOf(template, this.place, this.id, (id) => this.#resources.get(id)?.created)
      for (logicalId of order) {
        const resource = template.Resources[logicalId] as Resource
        const properties = resolve(resource.Properties ?? {}) as Properties
        if (isNew) await this.#create(logicalId, resource, properties, undo)
        else await this.#bring({ logicalId, resource, properties }, { undo, replaced })
      }
    } catch (error) {
      if (error instanceof UnsupportedFeature) throw error
      await this.#undo(undo, isNew)
      throw new Error(`deploying ${logicalId} failed: ${(error as Error).message}`, { cause: error })
    }
    this.status = isNew ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE'
    const gone = [...this.#resources.values()].filter((made) => !(made.logicalId in template.Resources)).reverse()
    for (const made of gone) this.#resources.delete(made.logicalId)
    const removed = gone.filter(({ resource }) => !isKept(resource.DeletionPolicy))
    const old = replaced.reverse().filter(({ resource }) => !isKept(resource.UpdateReplacePolicy))
    for (const made of [...removed, ...old]) await this.#clean(made)
  }

  /** Removes all but what is to stay. What depends on something goes before it. */
  async destroy(): Promise<void> {
    let isWhole = true
    for (const made of [...this.#resources.values()].reverse()) {
      if (!isKept(made.resource.DeletionPolicy)) isWhole = (await this.#clean(made)) && isWhole
      this.#resources.delete(made.logicalId)
    }
    this.status = isWhole ? 'DELETE_COMPLETE' : 'DELETE_FAILED'
  }

  async #create(logicalId: string, resource: Resource, properties: Properties, undo: (() => Promise<void>)[]) {
    const before = this.#resources.get(logicalId)
    const created = await this.#workshop.create(logicalId, resource, properties)
    const made = { logicalId, resource, properties, created }
    this.#resources.delete(logicalId)
    this.#resources.set(logicalId, made)
    undo.push(async () => {
      if (before) this.#resources.set(logicalId, before)
      // "RetainExceptOnCreate behaves like Retain for all stack operations, except for the stack operation that initially
      // creates the resource."
      // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
      if (resource.DeletionPolicy !== 'Retain') await this.#workshop.remove(made)
      if (!before) this.#resources.delete(logicalId)
    })
  }

  /** One resource of a stack that was there before. */
  async #bring(
    { logicalId, resource, properties }: Omit<Made, 'created'>,
    { undo, replaced }: { undo: (() => Promise<void>)[]; replaced: Made[] },
  ): Promise<void> {
    const before = this.#resources.get(logicalId)
    const how = before ? this.#howOf(before, resource, properties) : 'create'
    const kept = before && { ...before, resource, properties }
    if (how !== 'keep') await this.#workshop.pause(logicalId)
    if (how === 'keep' && kept) this.#resources.set(logicalId, kept)
    if (how === 'create' || how === 'replace') await this.#create(logicalId, resource, properties, undo)
    if (how === 'replace' && before) replaced.push(before)
    if (how === 'change' && before && kept) {
      const made = { ...kept, created: await this.#workshop.change(before, properties) }
      this.#resources.set(logicalId, made)
      undo.push(async () => {
        await this.#workshop.change(made, before.properties)
        this.#resources.set(logicalId, before)
      })
    }
  }

  #howOf(before: Made, { Type: type }: Resource, properties: Properties): 'keep' | 'change' | 'replace' {
    if (before.resource.Type !== type) return 'replace'
    const changed = differing(before.properties, properties)
    if (changed.length === 0) return 'keep'
    const row = changesOf(type)
    if (!row) throw new UnsupportedFeature('resource type', `${type}, to be changed`, this.place.stack)
    const { replaced, disputed = {}, alsoReplaced } = row
    const all = [...replaced, ...(alsoReplaced?.(properties) ?? [])]
    const read = changed.flatMap((property) => {
      const question = disputed[property]
      if (question) return this.#workshop.isStrict(question) ? [] : ['replace' as const]
      return all.includes(property) ? ['replace' as const] : ['change' as const]
    })
    if (read.includes('replace')) return 'replace'
    return read.includes('change') ? 'change' : 'keep'
  }

  /** Latest first. What cannot be undone stays, and the stack says so. */
  async #undo(undo: (() => Promise<void>)[], isNew: boolean): Promise<void> {
    let isWhole = true
    for (const act of undo.reverse())
      await act().catch((error: Error) => {
        isWhole = false
        this.leftBehind.push(error.message)
      })
    if (isNew) this.status = isWhole ? 'ROLLBACK_COMPLETE' : 'ROLLBACK_FAILED'
    else this.status = isWhole ? 'UPDATE_ROLLBACK_COMPLETE' : 'UPDATE_ROLLBACK_FAILED'
  }

  async #clean(made: Made): Promise<boolean> {
    try {
      await this.#workshop.remove(made)
      return true
    } catch (error) {
      this.leftBehind.push(`${made.logicalId}: ${(error as Error).message}`)
      return false
    }
  }
}

const isKept = (policy: Resource['DeletionPolicy']) => policy === 'Retain' || policy === 'RetainExceptOnCreate'

/** The properties that are not the same in both. */
function differing(before: Properties, after: Properties): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter((name) => written(before[name]) !== written(after[name]))
}

const written = (value: unknown) => JSON.stringify(value, inOrder) ?? ''
const inOrder = (_key: string, value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value
