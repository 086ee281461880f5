import { existsSync, writeFileSync } from 'node:fs'
import { EC2Client } from '@aws-sdk/client-ec2'
import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { SSMClient } from '@aws-sdk/client-ssm'
import * as v from 'valibot'
import { readEstate } from '../../aws/estate.ts'
import type { EstateFacts } from '../../domain/estate/facts.ts'
import { type Proposal, propose } from '../../domain/estate/proposal.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { FleetSchema } from '../../domain/fleet/model.ts'
import { FleetInvalid, parseFleet } from '../../domain/fleet/parse.ts'
import { didYouMean } from '../../domain/fleet/problems.ts'
import { compare } from '../check/api.ts'
import { uncheckedText } from '../check/findings.ts'
import { calling } from '../deployment/aws-problems.ts'
import { type Deployment, deploymentOf, whoAsks } from '../deployment/deployment.ts'
import { BadInput, fileProblem } from '../problems.ts'
import { print, printed, printJson } from '../terminal/output.ts'
import { inProse } from '../typed.ts'
import type { ImportOptions } from './command.ts'
import { fleetText } from './fleet-text.ts'
import { estateLines, type Obstacle, outcomeLines } from './render.ts'

/**
 * Writes a fleet that adopts what an account has; the exit code is 1 where something must change before the first rebake.
 *
 * @throws BadInput where no region is named, the account has no pipelines, or a file of that name is there; Failed where AWS
 * refuses the list of pipelines
 */
export async function importFleet(options: ImportOptions): Promise<void> {
  const { name, out, without, json = false, dryRun = false } = options
  const file = out ?? 'fleet.yaml'
  if (out !== undefined && existsSync(out))
    throw new BadInput(
      `${out} exists already. Nothing was changed. Name another file with --out FILE, and compare the two.`,
    )
  refuseName(name)
  const { deployment, facts } = await readAccount(options)
  refuseUnknown(without ?? [], facts)
  refuseDeployed(name, facts)
  const proposal = propose(facts, { fleet: name, without: without ?? [] })
  if (proposal.images.length === 0) throw new BadInput(nothingToAdopt(facts, proposal))
  const text = fleetText(facts, proposal)
  const { obstacles, unchecked } = await obstaclesOf(deployment, text, file)
  if (out !== undefined && !dryRun) write(out, text)
  if (json) printJson({ facts, fleet: text, obstacles, unchecked })
  else {
    const report = [
      ...estateLines(facts, proposal, printed()),
      ...outcomeLines({ facts, proposal, obstacles, unchecked, written: dryRun ? undefined : out }, printed()),
    ]
    if (out === undefined && !dryRun) {
      // The fleet may go into a pipe: what there is to say does not go with it.
      process.stdout.write(text)
      process.stderr.write(`${report.join('\n')}\n`)
    } else print(report)
  }
  if (obstacles.length > 0) process.exitCode = 1
}

/** @throws BadInput for a name that no fleet may have */
function refuseName(name: string): void {
  const { issues } = v.safeParse(FleetSchema.pipe[0].entries.name, name)
  if (issues) throw new BadInput(`--name ${JSON.stringify(name)}: expected ${issues[0].message}`)
}

/** @throws BadInput for a pipeline that is to be left out and is not there: another one would be taken in */
function refuseUnknown(without: readonly string[], { pipelines }: EstateFacts): void {
  const names = pipelines.map((pipeline) => pipeline.name)
  const unknown = without.find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new BadInput(`--without ${unknown}: the account has no pipeline '${unknown}'${didYouMean(unknown, names)}`)
}

/** @throws BadInput where a fleet of that name is deployed: to deploy this one would take its place */
function refuseDeployed(name: string, { account, region, pipelines }: EstateFacts): void {
  if (pipelines.some(({ recipe }) => recipe?.fleet === name))
    throw new BadInput(
      `The fleet ${name} is deployed in account ${account}, ${region} already, and another of its name would take its place. ` +
        'Name this one with --name NAME, or add the images to the fleet that is there.',
    )
}

async function readAccount({ region: asked, name, endpointUrl }: ImportOptions) {
  const region = asked ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION
  if (!region) throw new BadInput('Which region are the pipelines in? Say it with --region REGION, or set AWS_REGION.')
  // Whose credentials these are is the account that is imported.
  const asking = deploymentOf({ name, build: { account: '', region } }, endpointUrl)
  const { account } = await whoAsks(asking)
  const deployment = { ...asking, fleet: { name, build: { account, region } } }
  const { config } = deployment
  const clients = {
    imageBuilder: new ImagebuilderClient(config),
    ec2: new EC2Client(config),
    ssm: new SSMClient(config),
  }
  const facts = await calling(deployment, 'read the pipelines', () => readEstate(clients, { account, region }))
  return { deployment, facts }
}

function nothingToAdopt({ account, region, pipelines }: EstateFacts, { leftOut }: Proposal): string {
  const why = leftOut.map(({ pipeline, why }) => `${pipeline}: ${why}`).join('; ')
  return pipelines.length === 0
    ? `Account ${account} has no Image Builder pipeline in ${region}. Is it the region, and the account? ${inProse('init')} begins a fleet without one.`
    : `Account ${account}, ${region} has no pipeline that a fleet can adopt. Left out: ${why}.`
}

/** What the fleet itself still lacks, and what `rebake check --aws` finds of each pipeline. */
async function obstaclesOf(
  deployment: Pick<Deployment, 'endpoint' | 'config'>,
  text: string,
  file: string,
): Promise<{ obstacles: Obstacle[]; unchecked: string[] }> {
  let fleet: Fleet
  try {
    fleet = parseFleet(text, file)
  } catch (error) {
    if (!(error instanceof FleetInvalid)) throw error
    return { obstacles: error.message.split('\n').map((problem) => ({ image: '', problem })), unchecked: [] }
  }
  const compared = await compare({ ...deployment, fleet })
  return {
    obstacles: compared.flatMap(({ image, problems }) => problems.map((problem) => ({ image, problem }))),
    unchecked: compared.flatMap(({ image, unchecked }) => unchecked.map((each) => `${image}: ${uncheckedText(each)}`)),
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' })
  } catch (error) {
    throw fileProblem(error, file, 'Name another file with --out FILE.')
  }
}
