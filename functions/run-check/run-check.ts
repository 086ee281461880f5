import type { EC2Client } from '@aws-sdk/client-ec2'
import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import type { LambdaClient } from '@aws-sdk/client-lambda'
import type { SSMClient } from '@aws-sdk/client-ssm'
import { classify } from '../../aws/errors.ts'
import { Transient } from '../../domain/errors.ts'
import type { CheckOrder } from '../../domain/planning/check-order.ts'
import type { CheckResult } from '../../domain/validation/evidence.ts'
import type { CheckState } from '../../ledger/items.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Waits } from '../workflow/task-waits.ts'
import { lookAtAmi } from './ami.ts'
import { lookAtCustom } from './custom.ts'
import type { Look, Subject } from './look.ts'
import { lookAtPackages } from './packages.ts'
import { abandonSmoke, lookAtSmoke } from './smoke.ts'
import { lookAtVulnerabilities } from './vulnerabilities.ts'

export interface Parts {
  ledger: Pick<Ledger, 'campaigns' | 'fleetState' | 'releases'>
  waits: Waits
  ec2: EC2Client
  imageBuilder: ImagebuilderClient
  ssm: SSMClient
  smokeDocument: string
  /** In a region, and each call made once. */
  lambda: (region: string) => LambdaClient
}

export interface Request extends Omit<Subject, 'state'> {
  taskToken: string
  check: string
}

/**
 * Looks at one check of a baked AMI. What is done is kept as evidence, passed or not, and the task is complete; what is
 * not done waits for its event, which brings the next look.
 */
export async function runCheck(parts: Parts, request: Request) {
  const { ledger, waits } = parts
  const { campaign, image, check: name, time, since, taskToken } = request
  const { order } = await ledger.campaigns.readOrdered(campaign, image)
  const check = order.checks.find((each) => each.check === name)
  if (!check) throw new Error(`the order of ${image} has no check ${name}`)
  const { evidence, pending, state } = (await ledger.campaigns.readCheck(campaign, image, name)) ?? {}
  if (evidence) return waits.complete(taskToken)
  // What an event has told until now, this look sees; what it tells from now on ends the wait.
  if (pending) await waits.forget(pending)
  const subject = { ...request, state }
  const look = await lookSafely(parts, check, subject)
  if ('pending' in look && !isOver(check, request)) {
    await ledger.campaigns.recordCheckPending(campaign, image, name, look)
    return waits.leaveToken(look.pending, taskToken, time)
  }
  const results = 'pending' in look ? [await giveUp(parts, check, look.state ?? state, look.doing)] : look.results
  await ledger.campaigns.recordEvidence(campaign, image, {
    check: name,
    mode: check.mode,
    results,
    startedAt: since,
    finishedAt: time,
    passed: results.length > 0 && results.every(({ passed }) => passed),
  })
  return waits.complete(taskToken)
}

const isOver = ({ timeout }: CheckOrder, { since, time }: Request) =>
  Date.parse(time) >= Date.parse(since) + timeout * 1_000

/** A check that cannot be made has not passed; what another try may mend is the state machine's to try. */
async function lookSafely(parts: Parts, check: CheckOrder, subject: Subject): Promise<Look> {
  try {
    return await lookAt(parts, check, subject)
  } catch (error) {
    if (classify(error) instanceof Transient) throw error
    const { name, message } = error as Error
    return {
      results: [{ check: 'made', passed: false, detail: `it could not be made: ${name}: ${message}` }],
    }
  }
}

function lookAt(parts: Parts, check: CheckOrder, subject: Subject): Promise<Look> {
  switch (check.kind) {
    case 'ami':
      return lookAtAmi(parts, check, subject)
    case 'vulnerabilities':
      return lookAtVulnerabilities(parts, check, subject)
    case 'packages':
      return lookAtPackages(parts, check, subject)
    case 'custom':
      return lookAtCustom(parts, check, subject)
    case 'smoke':
      return lookAtSmoke(parts, check, subject)
  }
}

/** Nothing goes on for a check that nobody waits for any more. */
async function giveUp(
  parts: Parts,
  { kind, timeout }: CheckOrder,
  state: CheckState | undefined,
  doing: string,
): Promise<CheckResult> {
  if (kind === 'smoke') await abandonSmoke(parts, state)
  return { check: 'in time', passed: false, detail: `not done after ${timeout} seconds: ${doing}` }
}
