import { readFileSync } from 'node:fs'
import type { Metafile } from 'esbuild'
import { packageFile } from '../../infra/package-file.ts'

/** A package of which something is in dist/. */
export interface BundledPackage {
  name: string
  version: string
  /** As its package.json has it; '' where it says none. */
  licence: string
  /** Relative to the root: `node_modules/yaml`. */
  directory: string
}

/** The packages whose code these bundles hold, by name. What was read, and left out as nothing uses it, does not count. */
export function packagesIn(metafiles: Metafile[]): BundledPackage[] {
  const files = metafiles.flatMap(({ outputs }) => Object.values(outputs).flatMap(contributing))
  const directories = new Set(files.flatMap((file) => directoryOf(file) ?? []))
  return [...directories].sort().map((directory) => {
    const manifest = JSON.parse(readFileSync(packageFile(`${directory}/package.json`), 'utf8'))
    // The old form: an object, or a list of them.
    const licence = manifest.license ?? manifest.licenses?.[0] ?? ''
    return { name: manifest.name, version: manifest.version, licence: licence.type ?? licence, directory }
  })
}

const contributing = ({ inputs }: Metafile['outputs'][string]) =>
  Object.keys(inputs).filter((file) => (inputs[file]?.bytesInOutput ?? 0) > 0)

/** `node_modules/a/node_modules/@b/c` of a file in it; undefined of our own sources. */
const directoryOf = (file: string) => /^(.*\/)?node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0]
