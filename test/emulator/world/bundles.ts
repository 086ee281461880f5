import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A bundle as esbuild leaves one: a directory with index.mjs, or with index.js. */
export function bundle(source: string, file: 'index.mjs' | 'index.js' = 'index.mjs'): string {
  const directory = mkdtempSync(join(tmpdir(), 'emulator-bundle-'))
  writeFileSync(join(directory, file), source)
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

/** Works side by side, and each part pauses for a second: one after a call, which the URL of the event answers late. */
export const pausing = `
  const { setTimeout } = require('node:timers/promises')
  const { get } = require('node:http')
  const call = (url) => new Promise((resolve) => get(url, (answer) => answer.resume().on('end', resolve)))
  exports.handler = async ({ url, seconds }, context) => {
    const parts = [async () => {}, async () => url && call(url)]
    await Promise.all(parts.map(async (work) => { await work(); await setTimeout(seconds * 1000) }))
    return { left: context.getRemainingTimeInMillis() }
  }`
