import { deployedStacks } from '../../infra/stack-names.ts'
import { withAssembly } from '../assembly/assembly.ts'
import { type AssemblyDeps, assemblyDeps } from '../assembly/deps.ts'
import { destinationOf } from '../assembly/destination.ts'
import { afterwardsLines } from '../assembly/render.ts'
import { print } from '../terminal/output.ts'
import type { DiffOptions } from './command.ts'

/** Shows what a deploy would change; the exit code is 1 where that could not be found out, with --exit-code 3 for a change. */
export async function diff(options: DiffOptions, deps: AssemblyDeps = assemblyDeps()): Promise<void> {
  const { fleet: file, exitCode } = options
  const { fleet, deployment, cdk } = destinationOf(options, deps)
  await deps.checkAccount(deployment)
  const stacks = deployedStacks(fleet)
  const code = await withAssembly(
    { fleet, file },
    async ({ outdir }) => {
      if ((await cdk.diff(outdir, stacks)) !== 0) return 1
      // The same again: the CDK's command has one exit code for what differs and for what failed.
      return exitCode && (await cdk.compare(outdir, stacks)) !== 0 ? 3 : 0
    },
    deps.synthesize,
  )
  if (code !== 0) process.exitCode = code
  if (code === 1) return
  print(afterwardsLines(await deps.afterwards(deployment, { file, now: deps.now })))
}
