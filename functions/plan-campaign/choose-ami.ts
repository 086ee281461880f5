import type { EC2Client } from '@aws-sdk/client-ec2'
import { RequestRefused } from '../../domain/errors.ts'
import type { Fleet } from '../../domain/fleet/model.ts'
import { didYouMean } from '../../domain/fleet/problems.ts'
import { recordChosenAmi } from '../../domain/planning/transitions.ts'
import type { ManualTrigger } from '../../domain/triggers.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { verifyAnnouncement } from '../workflow/accept-upstream-release.ts'

interface ChooseAmiDeps {
  fleet: Fleet
  ec2: EC2Client
  ledger: Pick<Ledger, 'fleetState' | 'releases'>
}

/**
 * What a person asks for must exist; an AMI of their choice is believed no more than one of an event, and is what
 * the upstream is from then on, until its next release.
 *
 * @throws RequestRefused that says what is wrong.
 */
export async function chooseAmi(deps: ChooseAmiDeps, { upstream, ami, images, time }: ManualTrigger): Promise<void> {
  const { fleet, ledger } = deps
  if ((images === undefined) === (upstream === undefined))
    throw new RequestRefused('ask for images, or for an upstream')
  if (ami !== undefined && upstream === undefined)
    throw new RequestRefused(`${ami} is the AMI of an upstream: name that, not images`)
  known('image', images ?? [], Object.keys(fleet.images))
  known('upstream', upstream === undefined ? [] : [upstream], Object.keys(fleet.upstreams))
  if (upstream === undefined || ami === undefined) return
  const { image, judgement } = await verifyAnnouncement(deps, { upstreams: [upstream], ami, time })
  if (!('releases' in judgement)) throw new RequestRefused(`${ami}: ${Object.values(judgement)[0]}`)
  const created = image?.CreationDate ?? ''
  const release = { upstream, ami, amiName: image?.Name ?? '', time }
  await ledger.fleetState.change((before) => recordChosenAmi(before, release, created))
}

function known(what: string, asked: string[], names: string[]): void {
  const unknown = asked.find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new RequestRefused(`the deployed fleet has no ${what} '${unknown}'${didYouMean(unknown, names)}`)
}
