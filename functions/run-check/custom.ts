import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { isNotBegun } from '../../aws/errors.ts'
import { type CustomCheckRequest, readAnswer, readError } from '../../domain/validation/custom.ts'
import type { CheckResult } from '../../domain/validation/evidence.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { readPrevious } from '../../ledger/releases.ts'
import type { CheckInput, CheckStep, OrderOf } from './check-step.ts'

interface CustomCheckDeps {
  ledger: Pick<Ledger, 'fleetState' | 'releases'>
  /** A client that asks once: a call that was cut off may have worked. */
  lambda: (region: string) => LambdaClient
}

/** Asks a Lambda function of the fleet's own, in this or in another account. A wrong answer is a failed check. */
export async function examineCustom(
  deps: CustomCheckDeps,
  order: OrderOf<'custom'>,
  subject: CheckInput,
): Promise<CheckStep> {
  const { timeout, settings } = order
  // A function that crashed asks again: then what is left of the time.
  const left = Date.parse(subject.since) + timeout * 1_000 - Date.parse(subject.time)
  if (left <= 0) return { results: [late(timeout)] }
  const asked = new InvokeCommand({
    FunctionName: settings.function,
    InvocationType: 'RequestResponse',
    Payload: JSON.stringify(await requestFor(deps.ledger, order, subject)),
  })
  const region = settings.function.split(':')[3] ?? ''
  try {
    const { FunctionError, Payload } = await deps.lambda(region).send(asked, { abortSignal: AbortSignal.timeout(left) })
    const answer = new TextDecoder().decode(Payload)
    return {
      results: FunctionError ? [failed(`the function failed: ${readError(answer)}`)] : readAnswer(answer),
    }
  } catch (error) {
    const { name, message } = error as Error
    // Only what surely did not reach the function is the state machine's to try again.
    if (isNotBegun(error)) throw error
    // Of our own signal, too.
    if (/^(AbortError|TimeoutError)$/.test(name)) return { results: [late(timeout)] }
    return { results: [failed(`the function could not be asked: ${name}: ${message}`)] }
  }
}

async function requestFor(
  ledger: CustomCheckDeps['ledger'],
  { check, settings }: OrderOf<'custom'>,
  { campaign, image, ami, imageArn, parentAmi }: CheckInput,
): Promise<CustomCheckRequest> {
  const previous = await readPrevious(ledger, image, imageArn)
  return {
    version: '1',
    campaign,
    image,
    ami,
    imageArn,
    parentAmi,
    ...(previous && { previous: { version: previous.version, ami: previous.ami } }),
    check: check.replace(/^custom /, ''),
    input: settings.input ?? {},
  }
}

const failed = (detail: string): CheckResult => ({ check: 'answer', passed: false, detail })
const late = (timeout: number): CheckResult => ({
  check: 'in time',
  passed: false,
  detail: `no answer within ${timeout} seconds`,
})
