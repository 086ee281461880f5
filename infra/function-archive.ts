import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'

/** A file of a bundle: `<verb-noun>/index.js`, or its source map. */
export interface ArchivedFile {
  path: string
  contents: Uint8Array
}

/**
 * All files in one stream: the functions are nearly the same code many times, which one compression sees and one for each
 * file would not (33 MB become 1.1 MB). First a line of JSON with each path and its size in bytes, then the contents.
 * The same files give the same bytes, in any order.
 */
export function packFunctions(files: ArchivedFile[]): Uint8Array {
  // By kind, as equal texts must be near to each other.
  const sorted = files.toSorted((a, b) => compare(keyOf(a), keyOf(b)))
  const index = JSON.stringify(sorted.map(({ path, contents }) => [path, contents.length]))
  const plain = Buffer.concat([Buffer.from(`${index}\n`), ...sorted.map(({ contents }) => contents)])
  return brotliCompressSync(plain, {
    params: {
      // The highest, 11, takes ten times as long for a tenth less.
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
    },
  })
}

/** @throws when it is no such archive, or not whole */
export function unpackFunctions(archive: Uint8Array): ArchivedFile[] {
  const plain = brotliDecompressSync(archive)
  const start = plain.indexOf('\n') + 1
  const index = JSON.parse(plain.toString('utf8', 0, start)) as [path: string, size: number][]
  let at = start
  const files = index.map(([path, size]) => {
    const contents = plain.subarray(at, at + size)
    at += size
    return { path, contents }
  })
  if (at !== plain.length) throw new Error(`the archive of functions has ${plain.length} bytes, and its index ${at}`)
  return files
}

const keyOf = ({ path }: ArchivedFile) => `${path.split('.').at(-1)} ${path}`
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
