import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'

export type Handler = (event: unknown, context: unknown) => Promise<unknown>

/** Modules by their names without `node:`, such as `timers/promises`. */
export type Modules = Record<string, object>

/** By their files: the same function of the next world is compiled already. Folders may link one file. */
const scripts = new Map<string, Script>()
/** Of modules, in this process. */
let coldStarts = 0
/** More than one CDK app has functions; what nothing uses any more may go. */
const mostScripts = 200

/**
 * The handler of a bundle, `index.handler`, as a cold start of Lambda has it: all that the bundle does when it is loaded
 * is done again each time. Of index.js, CommonJS, nothing stays when the handler is dropped; of index.mjs Node keeps each
 * copy for the life of the process.
 *
 * @param modules what index.js is given where it asks for a module of that name
 */
export async function loadHandler(directory: string, modules: Modules = {}): Promise<Handler> {
  const file = join(directory, 'index.js')
  if (!existsSync(file)) {
    // The query keeps Node from sharing a module between two cold starts. No name would do: ports come again, and with them endpoints.
    const url = `${pathToFileURL(join(directory, 'index.mjs')).href}?${++coldStarts}`
    return ((await import(url)) as { handler: Handler }).handler
  }
  const module = { exports: {} as { handler: Handler } }
  const run = compiled(file).runInThisContext() as (...given: unknown[]) => void
  const require = createRequire(file)
  const given = (name: string): unknown => modules[name.replace(/^node:/, '')] ?? require(name)
  run.call(module.exports, module.exports, given, module, file, directory)
  return module.exports.handler
}

function compiled(filename: string): Script {
  const { dev, ino, size, mtimeMs } = statSync(filename)
  const key = [dev, ino, size, mtimeMs].join()
  const known = scripts.get(key)
  if (known) return known
  const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(filename, 'utf8')}\n})`
  const script = new Script(text, { filename })
  const [oldest] = scripts.keys()
  if (scripts.size >= mostScripts && oldest !== undefined) scripts.delete(oldest)
  scripts.set(key, script)
  return script
}
