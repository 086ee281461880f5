import { userInfo } from 'node:os'
import * as v from 'valibot'
import type { Fleet } from '../../domain/fleet/model.ts'
import { recordChosenAmi } from '../../domain/planning/transitions.ts'
import { amiId, type ManualTrigger } from '../../domain/triggers.ts'
import type { Live } from '../deployment/live.ts'
import { checkName } from '../options/names.ts'
import { BadInput } from '../problems.ts'
import { oneLine } from '../render/text.ts'
import type { StartOptions } from '../start/command.ts'
import type { Cause } from './cause.ts'

/** What a person asks for: images, or all that is baked from an upstream. */
export type ByHand = Pick<StartOptions, 'image' | 'upstream' | 'ami' | 'emergency' | 'reason'>

/**
 * The trigger of a person.
 * @throws BadInput for what cannot be, or is none of the fleet's
 */
export function byHand(fleet: Fleet, { image, upstream, ami, emergency, reason }: ByHand, time: string): ManualTrigger {
  if ((image === undefined) === (upstream === undefined))
    throw new BadInput('Name what is to be baked: either --image NAME, once or more, or --upstream NAME.')
  for (const name of image ?? []) checkName('--image', 'image', name, Object.keys(fleet.images))
  if (upstream !== undefined) checkName('--upstream', 'upstream', upstream, Object.keys(fleet.upstreams))
  checkAmi(ami, upstream)
  return {
    kind: 'manual',
    ...(image && { images: [...new Set(image)] }),
    ...(upstream !== undefined && { upstream }),
    ...(ami !== undefined && { ami }),
    time,
    reason: sentence(reason) || `started manually by ${user()}`,
    ...(emergency && { emergency: true }),
  }
}

/** @throws BadInput for what is no AMI, or of no upstream */
export function checkAmi(ami: string | undefined, upstream: string | undefined): void {
  if (ami === undefined) return
  if (upstream === undefined) throw new BadInput('--ami says what an upstream is: it goes with --upstream NAME.')
  if (!v.is(amiId, ami)) throw new BadInput(`--ami ${ami}: expected the id of an AMI, as ami-0a1b2c3d4e5f67890.`)
}

/** In a line, and without its full stop: messages put it into sentences. */
export const sentence = (text = '') => oneLine(text).replace(/\.$/, '')

/** Nobody has to be known to the machine: not in a container. */
export function user(): string {
  try {
    return userInfo().username
  } catch {
    return process.env.USER ?? process.env.USERNAME ?? 'somebody'
  }
}

/**
 * A person's trigger with what the ledger knows; an AMI of their choice is believed no more than one of an event.
 * @throws BadInput when it is none of the upstream's
 */
export async function causeByHand(trigger: ManualTrigger, live: Live | undefined): Promise<Cause> {
  const { upstream, ami, time } = trigger
  if (!live) return { trigger }
  if (upstream === undefined || ami === undefined) return { trigger, known: live.known }
  const { judgement, created } = await live.judge({ upstreams: [upstream], ami, time })
  if (!('releases' in judgement)) throw new BadInput(`--ami ${ami}: ${Object.values(judgement)[0]}.`)
  const amiName = judgement.releases[0]?.amiName ?? ''
  return { trigger, known: recordChosenAmi(live.known, { upstream, ami, amiName, time }, created) }
}
