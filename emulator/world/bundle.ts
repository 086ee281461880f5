import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'

export type Handler = (event: unknown, context: unknown) => Promise<unknown>

/** By their text: the same function of the next world is compiled already. */
const scripts = new Map<string, Script>()
/** More than one CDK app has functions; what nothing uses any more may go. */
const mostScripts = 200

/**
 * The handler of a bundle, `index.handler`, as a cold start of Lambda has it: all that the bundle does when it is loaded
 * is done again each time. Of index.js, CommonJS, nothing stays when the handler is dropped; of index.mjs Node keeps each
 * copy for the life of the process.
 *
 * @param start tells this cold start from all others of the process
 */
export async function loadHandler(directory: string, start: string): Promise<Handler> {
  const file = join(directory, 'index.js')
  if (!existsSync(file)) {
    // The query keeps Node from sharing a module between two cold starts.
    const url = `${pathToFileURL(join(directory, 'index.mjs')).href}?${start}`
    return ((await import(url)) as { handler: Handler }).handler
  }
  const module = { exports: {} as { handler: Handler } }
  const run = compiled(readFileSync(file, 'utf8'), file).runInThisContext() as (...given: unknown[]) => void
  run.call(module.exports, module.exports, createRequire(file), module, file, directory)
  return module.exports.handler
}

function compiled(source: string, filename: string): Script {
  const known = scripts.get(source)
  if (known) return known
  const text = `(function (exports, require, module, __filename, __dirname) {${source}\n})`
  const script = new Script(text, { filename })
  const [oldest] = scripts.keys()
  if (scripts.size >= mostScripts && oldest !== undefined) scripts.delete(oldest)
  scripts.set(source, script)
  return script
}
