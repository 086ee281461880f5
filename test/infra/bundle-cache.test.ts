import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compiledOnce, linkFiles } from '../../infra/bundle-cache.ts'

const project = () => {
  const root = mkdtempSync(join(tmpdir(), 'rebake-cache-'))
  mkdirSync(join(root, 'functions/a'), { recursive: true })
  writeFileSync(join(root, 'functions/a/handler.ts'), 'one')
  writeFileSync(join(root, 'lock.json'), '{}')
  let compilations = 0
  const compile = async () => {
    compilations++
    const contents = readFileSync(join(root, 'functions/a/handler.ts'))
    return [{ path: join(root, 'anywhere/a/index.js'), contents }]
  }
  const compiled = () => compiledOnce(root, ['functions', 'lock.json'], compile)
  return { root, compiled, compilations: () => compilations }
}
const read = (directory: string) => readFileSync(join(directory, 'a/index.js'), 'utf8')

it('compiles the same sources once, and others again', async () => {
  const { root, compiled, compilations } = project()
  expect(read(await compiled())).toBe('one')
  expect(read(await compiled())).toBe('one')
  expect(compilations()).toBe(1)
  writeFileSync(join(root, 'functions/a/handler.ts'), 'two')
  expect(read(await compiled())).toBe('two')
  writeFileSync(join(root, 'lock.json'), '{ "esbuild": "newer" }')
  await compiled()
  expect(compilations()).toBe(3)
})

it('keeps one of two that compile at the same time, whole', async () => {
  const { root, compiled } = project()
  const [first, second] = await Promise.all([compiled(), compiled()])
  expect(first).toBe(second)
  expect(read(first ?? '')).toBe('one')
  expect(readdirSync(join(root, 'node_modules/.cache/rebake'))).toHaveLength(1)
})

it('keeps nothing of what failed', async () => {
  const { root } = project()
  const failing = compiledOnce(root, ['functions'], () => Promise.reject(new Error('no such module')))
  await expect(failing).rejects.toThrow('no such module')
  await compiledOnce(root, ['functions'], async () => [{ path: 'a/index.js', contents: Buffer.from('fine') }])
  expect(readdirSync(join(root, 'node_modules/.cache/rebake'))).toHaveLength(1)
})

it('minds no draft that another process has just finished', async () => {
  const { root, compiled } = project()
  mkdirSync(join(root, 'node_modules/.cache/rebake'), { recursive: true })
  symlinkSync('nowhere', join(root, 'node_modules/.cache/rebake/draft'))
  expect(read(await compiled())).toBe('one')
})

it('says so when what was compiled cannot be kept', async () => {
  const { root } = project()
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  writeFileSync(join(cache, 'rebake'), 'in the way')
  const made = async () => [{ path: 'a/index.js', contents: Buffer.from('fine') }]
  await expect(compiledOnce(root, ['functions'], made)).rejects.toThrow(/EEXIST|ENOTDIR/)
})

it('compiles each time where nobody may write the cache', async () => {
  const { root, compiled, compilations } = project()
  chmodSync(root, 0o555)
  // Root may write anywhere: for a moment this process is nobody.
  const { geteuid, seteuid } = process
  const isRoot = geteuid?.() === 0
  if (isRoot) seteuid?.(65534)
  try {
    const directory = await compiled()
    expect(read(directory)).toBe('one')
    expect(dirname(directory)).toBe(tmpdir())
    await compiled()
    expect(compilations()).toBe(2)
  } finally {
    if (isRoot) seteuid?.(0)
    chmodSync(root, 0o755)
  }
  expect(readdirSync(root).sort()).toEqual(['functions', 'lock.json'])
})

it('keeps the last twenty', async () => {
  const { root, compiled } = project()
  const before = await compiled()
  utimesSync(before, 1, 1)
  for (let n = 0; n < 21; n++) {
    writeFileSync(join(root, 'functions/a/handler.ts'), String(n))
    await compiled()
  }
  const left = readdirSync(join(root, 'node_modules/.cache/rebake'))
  expect(left).toHaveLength(20)
  expect(left).not.toContain(basename(before))
})

describe('files that nobody writes to', () => {
  const compiled = async () => (await project().compiled()) ?? ''

  it('are those of the cache, and take no time', async () => {
    const cached = await compiled()
    const target = join(mkdtempSync(join(tmpdir(), 'rebake-links-')), 'functions')
    linkFiles(cached, target)
    expect(statSync(join(target, 'a/index.js')).ino).toBe(statSync(join(cached, 'a/index.js')).ino)
  })

  const otherDisk = '/dev/shm'
  const hasOther = existsSync(otherDisk) && statSync(otherDisk).dev !== statSync(tmpdir()).dev

  it.runIf(hasOther)('are copies where the disk is another', async () => {
    const cached = await compiled()
    const target = mkdtempSync(join(otherDisk, 'rebake-links-'))
    try {
      linkFiles(cached, target)
      expect(read(target)).toBe('one')
      expect(statSync(join(target, 'a/index.js')).ino).not.toBe(statSync(join(cached, 'a/index.js')).ino)
    } finally {
      rmSync(target, { recursive: true })
    }
  })

  it('are not written where others are', async () => {
    const cached = await compiled()
    const target = mkdtempSync(join(tmpdir(), 'rebake-links-'))
    linkFiles(cached, target)
    expect(() => linkFiles(cached, target)).toThrow(/EEXIST/)
  })
})
