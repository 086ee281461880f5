import { spawn } from 'node:child_process'
import { resolve } from 'node:path'

const entry = resolve('cli/rebake.ts')

/**
 * Runs the command as a user would; `head` goes away after the first output, as `| head` does. `heard` gets each output
 * as it comes.
 */
export function runRebake(
  directory: string,
  args: string[],
  { head = false, env = {}, heard }: { head?: boolean; env?: NodeJS.ProcessEnv; heard?: (output: string) => void } = {},
) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((done) => {
    // Of AWS nothing either: the functions of a rehearsal run in this process, and have credentials in it.
    const kept = Object.entries(process.env).filter(([name]) => !/^(AWS_|FORCE_COLOR$)/.test(name))
    const inherited = Object.fromEntries(kept)
    const child = spawn(process.execPath, [entry, ...args], { cwd: directory, env: { ...inherited, ...env } })
    let [stdout, stderr] = ['', '']
    if (head) child.stdout.destroy()
    child.stdout.on('data', (data) => {
      stdout += data
      heard?.(String(data))
    })
    child.stderr.on('data', (data) => {
      stderr += data
    })
    child.on('close', (code) => done({ code, stdout, stderr }))
  })
}
