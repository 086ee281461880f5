import { deployedStacks } from '../../infra/stack-names.ts'
import { withAssembly } from '../assembly/assembly.ts'
import { type AssemblyDeps, assemblyDeps } from '../assembly/deps.ts'
import { destinationOf } from '../assembly/destination.ts'
import { refuseExamples } from '../assembly/examples.ts'
import { afterwardsLines } from '../assembly/render.ts'
import { type InAws, lookAtAws } from '../check/aws.ts'
import { comparedLines, deletedText, preflightLines } from '../check/render.ts'
import { type Deployment, placeOf } from '../deployment/deployment.ts'
import { Failed } from '../problems.ts'
import { painterFor } from '../render/text.ts'
import { canAsk, confirm } from '../terminal/ask.ts'
import { isWanted, requireAnswerable } from '../terminal/confirm-change.ts'
import { print, printed } from '../terminal/output.ts'
import type { DeployOptions } from './command.ts'
import { type DeployedVersion, deployedVersion, refuseDowngrade } from './version.ts'

export interface DeployDeps extends AssemblyDeps {
  canAsk: () => boolean
  confirm: (question: string) => Promise<boolean>
  /** What `check --aws` finds. */
  inAws: (deployment: Deployment) => Promise<InAws>
  /** Of the Rebake that deployed it last; undefined where there is nothing yet. */
  deployed: (deployment: Deployment) => Promise<DeployedVersion | undefined>
}

const realDeps = (): DeployDeps => ({ ...assemblyDeps(), canAsk, confirm, inAws: lookAtAws, deployed: deployedVersion })

/** Deploys the stacks of the build account, once it is known that they are meant and that nothing is in the way. */
export async function deploy(options: DeployOptions, deps: DeployDeps = realDeps()): Promise<void> {
  const { fleet: file, yes = false, allowDowngrade = false } = options
  const { fleet, deployment, cdk } = destinationOf(options, deps, refuseExamples)
  requireAnswerable({ yes, json: false }, deps)
  await deps.checkAccount(deployment)
  refuseDowngrade(await deps.deployed(deployment), allowDowngrade)
  await refuseWhatIsInTheWay(deployment, deps)
  const afterwards = await deps.afterwards(deployment, { file, now: deps.now })
  print(afterwardsLines(afterwards))
  await withAssembly(
    { fleet, file },
    async ({ outdir }) => {
      const question = `Deploy it to ${placeOf(deployment)}?`
      if (!(await isWanted(yes, deps, { question, otherwise: 'Nothing was deployed.' }))) return
      if ((await cdk.deploy(outdir, deployedStacks(fleet), !yes)) !== 0)
        throw new Failed('The CDK could not deploy all of it: it says above why. The same command again goes on.')
      const done = painterFor(process.stdout)('green', '✔')
      print([`${done} ${fleet.name} is deployed.`, ...afterwardsLines(afterwards)])
    },
    deps.synthesize,
  )
}

/**
 * The fleet's own pipelines are what a deploy sets right; all else that `check --aws` finds is not.
 *
 * @throws Failed, once it has said what that is
 */
async function refuseWhatIsInTheWay(deployment: Deployment, deps: Pick<DeployDeps, 'inAws'>): Promise<void> {
  const { compared, others, preflight } = await deps.inAws(deployment)
  for (const text of deletedText(others)) print([`${painterFor(process.stdout)('yellow', '⚠')} ${text}`])
  const wrong = compared.filter(({ adopted, problems }) => adopted && problems.length > 0)
  const stops = preflight.filter(({ outcome }) => outcome === 'fail')
  if (wrong.length === 0 && stops.length === 0) return
  const place = placeOf(deployment)
  const upper = `${place.charAt(0).toUpperCase()}${place.slice(1)}`
  if (wrong.length > 0) print(comparedLines(wrong, upper, { names: [], deleted: [] }, printed()))
  if (stops.length > 0) print(preflightLines(stops, printed()))
  throw new Failed('Nothing was deployed: what is above would stop the deploy, or the first campaign.')
}
