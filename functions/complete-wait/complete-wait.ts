import * as v from 'valibot'
import type { Outcome } from '../../ledger/items.ts'
import { automationWait, scanWait } from '../../ledger/wait-ids.ts'
import { arn, text, time } from '../runtime/schemas.ts'
import type { Waits } from '../workflow/task-waits.ts'

const resources = v.array(arn)

/** What ends a wait, as EventBridge brings it. */
export const WaitEvent = v.variant('detail-type', [
  v.object({
    'detail-type': v.literal('EC2 Image Builder Image State Change'),
    time,
    resources,
    detail: v.object({ state: v.object({ status: text }) }),
  }),
  v.object({ 'detail-type': v.literal('EC2 Image Builder CVE Detected'), time, resources }),
  v.object({
    'detail-type': v.literal('EC2 Automation Execution Status-change Notification'),
    time,
    detail: v.object({ ExecutionId: text, Status: text }),
  }),
])
export type WaitEvent = v.InferOutput<typeof WaitEvent>

/** Brings what an event tells to the task that waits for it, now or later. */
export async function resume(waits: Waits, event: WaitEvent) {
  const [id, outcome] = outcomeOf(event)
  await waits.bringOutcome(id, outcome, event.time)
  return {}
}

/** A build or a distribution has ended; a check only hears that there is something to look at. */
function outcomeOf(event: WaitEvent): [id: string, Outcome] {
  switch (event['detail-type']) {
    case 'EC2 Image Builder Image State Change':
      return [imageIn(event.resources), { status: event.detail.state.status, at: event.time }]
    // Image Builder sends it whenever a scan completes, whatever was found.
    // https://docs.aws.amazon.com/imagebuilder/latest/userguide/integ-eventbridge.html
    case 'EC2 Image Builder CVE Detected':
      return [scanWait(imageIn(event.resources)), lookAgain('the scan is complete')]
    case 'EC2 Automation Execution Status-change Notification':
      return [automationWait(event.detail.ExecutionId), lookAgain(`the execution is ${event.detail.Status}`)]
  }
}

const lookAgain = (cause: string): Outcome => ({ error: 'CheckAgain', cause })

/** The event of a scan names the pipeline too. */
function imageIn(resources: string[]): string {
  const image = resources.find((resource) => resource.includes(':image/'))
  if (!image) throw new Error(`the event names no image: ${resources.join(', ')}`)
  return image
}
