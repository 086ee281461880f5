import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

interface Answer {
  status: number
  stdout: string
  stderr: string
}
type Run = (args: string[], env: Record<string, string>) => Promise<Answer>

/** The `aws` command, to be run against a served emulator. */
export interface AwsCommand {
  /** @throws Error with what the command said, where it fails */
  json<T = object>(command: string, to: { url: string; region: string; accessKeyId: string }): Promise<T>
  close(): void
}

/** @returns undefined where there is no `aws` command */
export async function awsCommand(): Promise<AwsCommand | undefined> {
  const found = spawnSync('sh', ['-c', 'command -v aws'], { encoding: 'utf8' }).stdout.trim()
  if (found === '') return undefined
  const session = await openSession(found)
  if (!session && spawnSync('aws', ['--version']).status !== 0) return undefined
  const run = session?.run ?? runAlone
  return {
    async json(command, { url, region, accessKeyId }) {
      const args = ['--endpoint-url', url, '--region', region, '--output', 'json', ...command.split(' ')]
      const { status, stdout, stderr } = await run(args, {
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: 'any',
        AWS_SESSION_TOKEN: '',
        AWS_MAX_ATTEMPTS: '1',
        AWS_PAGER: '',
      })
      if (status !== 0) throw new Error(stderr)
      return JSON.parse(stdout)
    },
    close: () => session?.process.kill(),
  }
}

/** One process for all commands, by the Python that the command itself runs with; undefined where that is not Python. */
async function openSession(aws: string): Promise<{ process: ChildProcess; run: Run } | undefined> {
  const [, own] = /^#!\s*(\S*python\S*)/.exec(readFileSync(aws, 'latin1').split('\n', 1)[0] ?? '') ?? []
  const process = spawn(own ?? 'python3', ['test/emulator/aws_command.py'], { stdio: ['pipe', 'pipe', 'ignore'] })
  process.on('error', () => {})
  const lines = createInterface(process.stdout)[Symbol.asyncIterator]()
  const { done } = await lines.next()
  if (done) return undefined
  let turn: Promise<unknown> = Promise.resolve()
  const run: Run = (args, env) => {
    const answer = turn.then(async () => {
      process.stdin.write(`${JSON.stringify({ args, env })}\n`)
      const { value } = await lines.next()
      return JSON.parse(value ?? '{"status":1,"stdout":"","stderr":"the aws command died"}') as Answer
    })
    turn = answer.catch(() => {})
    return answer
  }
  return { process, run }
}

async function runAlone(args: string[], env: Record<string, string>): Promise<Answer> {
  try {
    return { status: 0, ...(await promisify(execFile)('aws', args, { env: { ...process.env, ...env } })) }
  } catch (error) {
    return { status: 1, stdout: '', stderr: (error as Error).message }
  }
}
