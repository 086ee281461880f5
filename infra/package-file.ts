import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The directory of our package.json: the root of a clone, or of the installed package. A source file and the chunk that it
 * becomes are not equally deep in it.
 */
function rootAbove(directory: string): string {
  return existsSync(join(directory, 'package.json')) ? directory : rootAbove(dirname(directory))
}

const root = rootAbove(import.meta.dirname)

/**
 * A file or a folder that comes with the product, at the same place in a clone and in the package: a state machine, a
 * schema, an example.
 *
 * @param name relative to package.json
 */
export const packageFile = (name: string) => join(root, name)
