import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { unpackFunctions } from './function-archive.ts'
import { packageFile } from './package-file.ts'

/** In the published package: the functions were compiled when it was packed. Nothing is written but the directory. */
export async function writeFunctions(directory: string): Promise<void> {
  for (const { path, contents } of unpackFunctions(await readFile(packageFile('dist/functions.br')))) {
    const file = join(directory, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, contents)
  }
}
