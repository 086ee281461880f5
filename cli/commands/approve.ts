import type { Approval } from '../../domain/approvals.ts'
import { type AnswerRequest, type Approvals, answererOf, approvalsIn, type Open } from '../aws/approvals.ts'
import { checkAccount, type Deployment, deploymentOf, placeOf } from '../aws/deployment.ts'
import { loadFleet } from '../fleet.ts'
import { clock } from '../options.ts'
import { BadInput, Failed } from '../problems.ts'
import { answeredLines, askedLines, openLines } from '../render/approvals.ts'
import { oneLine, painterFor } from '../render/text.ts'
import { canAsk, confirm } from '../terminal/ask.ts'
import { print, printed, printJson } from '../terminal/output.ts'

export interface AnswerOptions {
  fleet: string
  campaign?: string
  image?: string
  ring?: string
  reason?: string
  endpointUrl?: string
  yes?: boolean
  json?: boolean
}

/** The edges of the commands. */
export interface Edges {
  now: string
  /** The caller's ARN, and what there is to answer. */
  open: (deployment: Deployment) => Promise<{ caller: string; approvals: Approvals }>
  canAsk: () => boolean
  confirm: (question: string) => Promise<boolean>
}

const edges = (): Edges => ({
  now: clock(),
  open: async (deployment) => ({
    caller: await checkAccount(deployment),
    approvals: approvalsIn(deployment),
  }),
  canAsk,
  confirm,
})

type Kind = AnswerRequest['answer']

export const approve = (options: AnswerOptions, parts = edges()) => answer('approve', options, parts)
export const reject = (options: AnswerOptions, parts = edges()) => answer('reject', options, parts)

/** Lists what waits, or shows one image, asks, and answers for it; the exit code is 1 if it was not to be. */
async function answer(kind: Kind, options: AnswerOptions, { now, open, ...terminal }: Edges): Promise<void> {
  const { campaign, image, json = false, yes = false } = options
  const fleet = loadFleet(options.fleet)
  const reason = oneLine(options.reason ?? '')
  if (image !== undefined && kind === 'reject' && reason === '')
    throw new BadInput('Say why with --reason TEXT: everybody who is told that the image stops reads it.')
  if (image !== undefined && !yes && (json || !terminal.canAsk()))
    throw new BadInput('Nobody can be asked whether to go on: say so beforehand with --yes.')
  const deployment = deploymentOf(fleet, options.endpointUrl)
  const { caller, approvals } = await open(deployment)
  if (campaign === undefined || image === undefined) return list(await approvals.open(), options)

  const { asked, waiting } = await find(approvals, campaign, image, options.ring)
  const by = answererOf(deployment, caller, asked)
  if (waiting && !json) print(askedLines(waiting, by))
  const question = kind === 'approve' ? 'Approve it' : 'Reject it'
  if (!yes && !(await terminal.confirm(`${question} in ${placeOf(deployment)}?`))) {
    print(['Nothing was answered.'])
    process.exitCode = 1
    return
  }
  const { ring } = asked
  const request = { ...{ campaign, image, ring, answer: kind, by, time: now }, ...(reason && { reason }) }
  const answered = await approvals.answer(request)
  if (json) printJson({ campaign, image, ring, ...answered })
  else print(answeredLines(request, answered, painterFor(process.stdout)))
}

function list(all: readonly Open[], { campaign, ring, json }: AnswerOptions): void {
  const open = all.filter(
    (each) => each.campaign === (campaign ?? each.campaign) && each.ring === (ring ?? each.ring),
  )
  if (json) printJson(open)
  else print(openLines(open, printed()))
}

/**
 * What waits; otherwise what was asked last, of which the function says what became.
 * @throws Failed where nothing was asked
 */
async function find(
  approvals: Approvals,
  campaign: string,
  image: string,
  ring: string | undefined,
): Promise<{ asked: Approval; waiting?: Open }> {
  const all = await approvals.open()
  const isIt = (each: Approval) => each.ring === (ring ?? each.ring)
  const waiting = all.find((each) => each.campaign === campaign && each.image === image && isIt(each))
  if (waiting) return { asked: waiting, waiting }
  const asked = (await approvals.of(campaign, image)).filter(isIt).at(-1)
  if (asked) return { asked }
  const what = `${image} in campaign ${campaign}${ring === undefined ? '' : `, for ring ${ring}`}`
  throw new Failed(`Nobody has asked for an approval of ${what}. rebake approve lists what waits.`)
}
