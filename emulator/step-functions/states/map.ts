import type { MapState } from '../definition.ts'
import { runWork } from '../retry.ts'
import type { Json, JsonObject } from '../types.ts'
import type { Step, Visit } from '../visit.ts'
import { runDistributed } from './distributed-map.ts'
import { runInline } from './inline-map.ts'

/** One item of a Map: what its iteration gets as input, and what the context object says of it. */
export interface Item {
  input: Json
  context: JsonObject
}

export function runMap(visit: Visit<MapState>): Promise<Step> {
  const distributed = visit.state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED'
  return runWork(visit, async () => {
    const items = await itemsOf(visit, distributed)
    const limit = await visit.integer(visit.state.MaxConcurrency, 'MaxConcurrency', 0)
    visit.thread.record('MapStateStarted', { length: items.length })
    const run = distributed ? runDistributed : runInline
    const results = await run(visit, items, limit || Number.POSITIVE_INFINITY)
    visit.thread.record('MapStateSucceeded')
    return results
  })
}

async function itemsOf(visit: Visit<MapState>, distributed: boolean): Promise<Item[]> {
  const { Items: template, ItemSelector: selector } = visit.state
  const items: Item[] = []
  for (const { input, context } of contextsOf(await listOf(visit, template, distributed))) {
    const selected = selector === undefined ? input : await visit.evaluate(selector, 'ItemSelector', {}, context)
    items.push({ input: visit.limit(selected), context })
  }
  return items
}

/** Items must come to an array; a distributed Map also takes an object, one item a member. */
async function listOf(
  visit: Visit<MapState>,
  template: Json | undefined,
  distributed: boolean,
): Promise<Json[] | JsonObject> {
  const value = template === undefined ? visit.input : await visit.evaluate(template, 'Items')
  if (Array.isArray(value)) return value
  if (distributed && value !== null && typeof value === 'object') return value
  return (await visit.typed(template ?? '{% $states.input %}', 'Items', 'array')) as Json[]
}

function contextsOf(list: Json[] | JsonObject): Item[] {
  if (Array.isArray(list)) {
    return list.map((value, index) => ({
      input: value,
      context: { Index: index, Value: value, Source: 'STATE_DATA' },
    }))
  }
  return Object.entries(list).map(([key, value], index) => ({
    input: { Key: key, Value: value },
    context: { Index: index, Key: key, Value: value, Source: 'STATE_DATA' },
  }))
}

/** Runs at most `limit` at a time, in order; the first rejection ends it (those under way are the caller's to stop). */
export async function pool<T>(count: number, limit: number, run: (index: number) => Promise<T>): Promise<T[]> {
  const results = new Array<T>(count)
  let next = 0
  let failed = false
  const worker = async () => {
    while (next < count && !failed) {
      const index = next++
      try {
        results[index] = await run(index)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, count) }, worker))
  return results
}
