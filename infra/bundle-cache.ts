import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, globSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** What esbuild makes: files of one directory each, `<verb-noun>/index.js`. */
interface Output {
  path: string
  contents: Uint8Array
}

/** Who rolls back to what they had yesterday finds it. */
const kept = 20

/**
 * The directory that holds what `compile` makes of these sources. Compiling takes seconds of two cores, and every
 * process that rehearses would do it again: the same sources are compiled once for all of them.
 *
 * @param sources directories and files, relative to the root; a change in any of them is another compilation
 */
export async function compiledOnce(root: string, sources: string[], compile: () => Promise<Output[]>): Promise<string> {
  const cache = join(root, 'node_modules/.cache/rebake')
  const directory = join(cache, fingerprint(root, sources))
  if (existsSync(directory)) return directory
  const outputs = await compile()
  const draft = await emptyDirectory(directory)
  for (const { path, contents } of outputs) {
    const target = join(draft, basename(dirname(path)))
    await mkdir(target, { recursive: true })
    await writeFile(join(target, basename(path)), contents)
  }
  if (dirname(draft) !== cache) return draft
  await forgetOld(cache)
  await rename(draft, directory).catch(async (error: unknown) => {
    await rm(draft, { recursive: true })
    // Another process may have been faster: what it made is the same.
    if (!existsSync(directory)) throw error
  })
  return directory
}

/** Beside the directory; where nobody may write there, among the temporary files: then it is for this process alone. */
async function emptyDirectory(directory: string): Promise<string> {
  try {
    await mkdir(dirname(directory), { recursive: true })
    return await mkdtemp(`${directory}.`)
  } catch (error) {
    if (!readOnly.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    return await mkdtemp(join(tmpdir(), 'rebake-bundles-'))
  }
}

const readOnly = new Set(['EACCES', 'EPERM', 'EROFS'])

/**
 * Each file of a directory in another one, without a copy of what it holds: who writes to one of them writes to both.
 * Where that cannot be, as on another disk, it is a copy.
 */
export function linkFiles(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) linkFiles(source, target)
    else linkOrCopy(source, target)
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target)
  } catch (error) {
    if (!notLinked.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    copyFileSync(source, target)
  }
}

/** Another disk; a file system without links; somebody else's file; as many links as a file may have. */
const notLinked = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EACCES', 'EMLINK'])

/** Of the paths and the contents of directories and files, relative to the root. */
export function fingerprint(root: string, sources: string[]): string {
  const files = sources.flatMap((source) =>
    /\.\w+$/.test(source) ? [source] : globSync(`${source}/**/*`, { cwd: root }),
  )
  const hash = createHash('sha256')
  for (const file of files.filter((each) => statSync(join(root, each)).isFile()).sort())
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex').slice(0, 16)
}

async function forgetOld(cache: string): Promise<void> {
  const entries = (await readdir(cache)).map((name) => {
    const path = join(cache, name)
    // Another process's draft may be gone by now, under its own name.
    return { path, time: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }
  })
  for (const { path } of entries.sort((a, b) => b.time - a.time).slice(kept))
    await rm(path, { recursive: true, force: true })
}
