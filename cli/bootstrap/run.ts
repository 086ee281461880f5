import { withAssembly } from '../assembly/assembly.ts'
import { type AssemblyDeps, assemblyDeps } from '../assembly/deps.ts'
import { destinationOf } from '../assembly/destination.ts'
import { environmentsToBootstrap } from '../assembly/environments.ts'
import { refuseExamples } from '../assembly/examples.ts'
import { placeOf } from '../deployment/deployment.ts'
import { Failed } from '../problems.ts'
import { list } from '../render/text.ts'
import { canAsk, confirm } from '../terminal/ask.ts'
import { isWanted, requireAnswerable } from '../terminal/confirm-change.ts'
import type { BootstrapOptions } from './command.ts'

type Deps = AssemblyDeps & { canAsk: () => boolean; confirm: (question: string) => Promise<boolean> }

/** Bootstraps what the stacks of the build account need. */
export async function bootstrap(
  options: BootstrapOptions,
  deps: Deps = { ...assemblyDeps(), canAsk, confirm },
): Promise<void> {
  const { fleet: file, yes } = options
  const { fleet, deployment, cdk } = destinationOf(options, deps, refuseExamples)
  requireAnswerable({ yes, json: false }, deps)
  await deps.checkAccount(deployment)
  await withAssembly(
    { fleet, file },
    async ({ outdir }) => {
      const environments = environmentsToBootstrap(outdir, fleet)
      const question = `Bootstrap ${list(environments)} in ${placeOf(deployment)}?`
      if (!(await isWanted(yes, deps, { question, otherwise: 'Nothing was bootstrapped.' }))) return
      if ((await cdk.bootstrap(outdir, environments)) !== 0)
        throw new Failed('The CDK could not bootstrap all of it: it says above why. The same command again goes on.')
    },
    deps.synthesize,
  )
}
