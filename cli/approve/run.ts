import type { Answer, Approval } from '../../domain/approvals.ts'
import { didYouMean } from '../../domain/fleet/problems.ts'
import { deploymentOf, placeOf } from '../deployment/deployment.ts'
import { loadFleet } from '../fleet.ts'
import { BadInput, Failed } from '../problems.ts'
import { oneLine, painterFor } from '../render/text.ts'
import { type ChangeDeps as Changes, changeDeps, isWanted, requireAnswerable } from '../terminal/confirm-change.ts'
import { print, printed, printJson } from '../terminal/output.ts'
import { inProse } from '../typed.ts'
import { type AnswerRequest, type Approvals, answererOf, approvalsIn, type Open } from './api.ts'
import type { AnswerOptions } from './command.ts'
import { answeredLines, askedLines, notTakenLines, openLines } from './render.ts'

/** The edges of the command, and what it asks of a deployment. */
export type ApproveDeps = Changes<{ caller: string; approvals: Approvals }>

const liveDeps = (): ApproveDeps => changeDeps((deployment, caller) => ({ caller, approvals: approvalsIn(deployment) }))

type Kind = AnswerRequest['answer']

export const approve = (options: AnswerOptions, deps = liveDeps()) => answer('approve', options, deps)
export const reject = (options: AnswerOptions, deps = liveDeps()) => answer('reject', options, deps)

/** Lists what waits; or shows it, asks once, and answers for it. The exit code is 1 if it was not to be, or not all of it. */
async function answer(kind: Kind, options: AnswerOptions, { now, open, ...terminal }: ApproveDeps): Promise<void> {
  const { campaign, image, json = false, yes } = options
  const fleet = loadFleet(options.fleet)
  const { ring } = options
  if (ring !== undefined && !Object.hasOwn(fleet.rings, ring))
    throw new BadInput(`--ring ${ring}: the fleet has no ring '${ring}'${didYouMean(ring, Object.keys(fleet.rings))}`)
  const reason = oneLine(options.reason ?? '')
  if (campaign !== undefined && kind === 'reject' && reason === '')
    throw new BadInput('Say why with --reason TEXT: everybody who learns that the image stops reads it.')
  if (campaign !== undefined) requireAnswerable({ yes, json }, terminal)
  const deployment = deploymentOf(fleet, options.endpointUrl)
  const { caller, approvals } = await open(deployment)
  if (campaign === undefined) return list(await approvals.open(), options)
  await refuseUnknown(approvals, campaign)

  const { asked, waiting } =
    image === undefined
      ? await findAll(approvals, campaign, options.ring)
      : await find(approvals, campaign, image, options.ring)
  if (asked.length === 0) return list([], options)
  const byWhom = (approval: Approval) => answererOf(deployment, caller, approval)
  if (waiting.length > 0 && !json) print([...askedLines(waiting, byWhom(waiting[0] as Open), printed()), ''])
  const what = asked.length === 1 ? 'it' : `all ${asked.length}`
  const question = `${kind === 'approve' ? 'Approve' : 'Reject'} ${what} in ${placeOf(deployment)}?`
  const wanted = { question: question, otherwise: 'Nothing was answered.' }
  if (!(await isWanted(yes, terminal, wanted))) return
  const requests = asked.map((approval): AnswerRequest => {
    const { image, ring } = approval
    const given = { campaign, image, ring, answer: kind, by: byWhom(approval), time: now }
    return { ...given, ...(reason && { reason }) }
  })
  const [request] = requests
  if (image === undefined || !request) return answerAll(approvals, requests, json)
  tell(request, await approvals.answer(request), json)
}

/** A script that misspells a campaign has approved nothing. @throws BadInput */
async function refuseUnknown(approvals: Approvals, campaign: string): Promise<void> {
  if (await approvals.isThere(campaign)) return
  throw new BadInput(`There is no campaign ${campaign}. ${inProse('approve')} lists what waits.`)
}

function tell(request: AnswerRequest, answered: Answer, json: boolean): void {
  const { campaign, image, ring } = request
  if (json) printJson({ campaign, image, ring, ...answered })
  else print(answeredLines(request, answered, painterFor(process.stdout)))
}

/** One that is not taken does not keep the others. */
async function answerAll(approvals: Approvals, requests: readonly AnswerRequest[], json: boolean) {
  const results: object[] = []
  for (const request of requests) {
    const { campaign, image, ring } = request
    try {
      const answered = await approvals.answer(request)
      results.push({ campaign, image, ring, ...answered })
      if (!json) tell(request, answered, json)
    } catch (error) {
      if (!(error instanceof Failed)) throw error
      process.exitCode = 1
      results.push({ campaign, image, ring, problem: error.message })
      if (!json) print(notTakenLines(request, error.message, painterFor(process.stdout)))
    }
  }
  if (json) printJson(results)
}

function list(all: readonly Open[], { ring, json }: AnswerOptions): void {
  const open = all.filter((each) => each.ring === (ring ?? each.ring))
  if (json) printJson(open)
  else print(openLines(open, printed()))
}

/** What is answered for, and which of it waits. */
interface Found {
  asked: (Approval & { image: string })[]
  waiting: Open[]
}

async function findAll(approvals: Approvals, campaign: string, ring: string | undefined): Promise<Found> {
  const all = await approvals.open()
  const waiting = all.filter((each) => each.campaign === campaign && each.ring === (ring ?? each.ring))
  return { asked: waiting, waiting }
}

/**
 * What waits; otherwise what was asked last, of which the function says what became.
 * @throws Failed where nothing was asked
 */
async function find(approvals: Approvals, campaign: string, image: string, ring: string | undefined): Promise<Found> {
  const all = await approvals.open()
  const isIt = (each: Approval) => each.ring === (ring ?? each.ring)
  const waiting = all.find((each) => each.campaign === campaign && each.image === image && isIt(each))
  if (waiting) return { asked: [waiting], waiting: [waiting] }
  const asked = (await approvals.of(campaign, image)).filter(isIt).at(-1)
  if (asked) return { asked: [{ ...asked, image }], waiting: [] }
  const what = `${image} in campaign ${campaign}${ring === undefined ? '' : `, for ring ${ring}`}`
  throw new Failed(`Nobody has asked for an approval of ${what}. ${inProse('approve')} lists what waits.`)
}
