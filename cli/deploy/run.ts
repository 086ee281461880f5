import { deployedStacks } from '../../infra/stack-names.ts'
import { withAssembly } from '../assembly/assembly.ts'
import { type AssemblyDeps, assemblyDeps } from '../assembly/deps.ts'
import { refuseExamples } from '../assembly/examples.ts'
import { useProfile } from '../assembly/profile.ts'
import { afterwardsLines, stacksHeadline } from '../assembly/render.ts'
import { type Compared, compare } from '../check/api.ts'
import { comparedLines } from '../check/render.ts'
import { type Deployment, deploymentOf, placeOf } from '../deployment/deployment.ts'
import { loadFleet } from '../fleet.ts'
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
  /** What `check --aws` finds of the pipelines that the fleet adopts. */
  adopted: (deployment: Deployment) => Promise<Compared[]>
  /** Of the Rebake that deployed it last; undefined where there is nothing yet. */
  deployed: (deployment: Deployment) => Promise<DeployedVersion | undefined>
}

const realDeps = (): DeployDeps => ({ ...assemblyDeps(), canAsk, confirm, adopted, deployed: deployedVersion })

/** The fleet's own pipelines are what a deploy sets right; those that were there before are not. */
function adopted(deployment: Deployment): Promise<Compared[]> {
  const { fleet } = deployment
  const images = Object.fromEntries(Object.entries(fleet.images).filter(([, image]) => image.pipeline))
  return compare({ ...deployment, fleet: { ...fleet, images } })
}

/** Deploys the stacks of the build account, once it is known that they are meant and that nothing is in the way. */
export async function deploy(options: DeployOptions, deps: DeployDeps = realDeps()): Promise<void> {
  const { fleet: file, profile, endpointUrl, yes = false, allowDowngrade = false } = options
  const fleet = loadFleet(file)
  print([stacksHeadline(fleet, file)])
  useProfile(profile)
  const deployment = deploymentOf(fleet, endpointUrl)
  refuseExamples(deployment, file)
  const cdk = deps.cdk(file, { profile, endpoint: deployment.endpoint })
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

/** @throws Failed, once it has said what `check --aws` says */
async function refuseWhatIsInTheWay(deployment: Deployment, deps: Pick<DeployDeps, 'adopted'>): Promise<void> {
  const found = await deps.adopted(deployment)
  const wrong = found.filter(({ problems }) => problems.length > 0)
  if (wrong.length === 0) return
  const place = placeOf(deployment)
  print(comparedLines(wrong, `${place.charAt(0).toUpperCase()}${place.slice(1)}`, printed()))
  throw new Failed('Nothing was deployed: the pipelines above would fail at their first rebake.')
}
