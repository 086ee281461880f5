import { spawnSync } from 'node:child_process'

/** Whether AWS's own service models are here: those of botocore, which comes with the aws command. */
export const validates = spawnSync('python3', ['-c', 'import botocore']).status === 0

/** What AWS's models say against the calls in a calls.jsonl: '' for nothing. */
export function invalidCalls(file: string): string {
  const { stdout, stderr, status } = spawnSync('python3', ['test/emulator/validate_calls.py', file], {
    encoding: 'utf8',
  })
  return status === 0 ? '' : stdout + stderr
}
