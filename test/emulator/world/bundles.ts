import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A bundle as esbuild leaves one: a directory with index.mjs. */
export function bundle(source: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'emulator-bundle-'))
  writeFileSync(join(directory, 'index.mjs'), source)
  return directory
}

/** Answers with what it got, what it is, and the AWS environment that it sees. */
export const echo = `
  let warm = false
  export const handler = async (event, context) => {
    const cold = !warm
    warm = true
    const environment = Object.fromEntries(Object.entries(process.env).filter(([key]) => /^(AWS_|MY_)/.test(key)))
    const given = structuredClone(event)
    event.touched = true
    return { event: given, cold, name: context.functionName, environment }
  }`

/** Fails as `event.detail.error` says, with that name. */
export const failing = `
  export const handler = async ({ detail }) => {
    if (detail.text) throw detail.text
    throw Object.assign(new Error('because'), { name: detail.error })
  }`
