import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the fake command was called with, and what it found. */
export interface CdkCall {
  args: string[]
  /** Whether it ran in a directory that holds a cloud assembly. */
  inAssembly: boolean
  env: Record<'AWS_PROFILE' | 'AWS_ACCESS_KEY_ID' | 'AWS_ENDPOINT_URL', string | undefined>
}

const script = (project: string) => `
const { appendFileSync, existsSync, readFileSync } = require('node:fs')
const [, , ...args] = process.argv
const { AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL } = process.env
const env = { AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL }
appendFileSync('${project}/calls.jsonl', JSON.stringify({ args, inAssembly: existsSync('manifest.json'), env }) + '\\n')
const codes = JSON.parse(readFileSync('${project}/codes.json', 'utf8'))
process.exit(codes[args.includes('--fail') ? 'compare' : args[0]] ?? 0)
`

/** A project that has the CDK's command installed: one that records how it is called. */
export function installFakeCdk(project: string) {
  const directory = join(project, 'node_modules/aws-cdk')
  mkdirSync(join(directory, 'bin'), { recursive: true })
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'aws-cdk', bin: { cdk: 'bin/cdk' } }))
  writeFileSync(join(directory, 'bin/cdk'), script(project))
  const exits = (codes: Record<string, number>) => writeFileSync(join(project, 'codes.json'), JSON.stringify(codes))
  exits({})
  const file = join(project, 'calls.jsonl')
  return {
    /** By the command, and `compare` for a diff that is to fail on changes. */
    exits,
    calls: (): CdkCall[] =>
      existsSync(file)
        ? readFileSync(file, 'utf8')
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line))
        : [],
  }
}
