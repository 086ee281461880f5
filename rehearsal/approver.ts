import { someoneOf } from '../domain/approvals.ts'
import type { Fleet } from '../domain/fleet/model.ts'
import { resourceName } from '../domain/names.ts'
import { FunctionError, type Notification, type World } from '../emulator/index.ts'
import type { ApprovalAnswer } from './fault-hooks.ts'
import type { Faults } from './faults.ts'

const hour = 3_600_000

/** Somebody who may approve reads the message that asks, and answers an hour later, by the function that takes answers. */
export function answerApproval(
  { clock, functions }: World,
  { fleet, faults }: { fleet: Fleet; faults: Faults },
  { attributes }: Notification,
): void {
  const { kind, campaign, image = '', ring = '' } = attributes
  if (kind !== 'approval-requested') return
  const answers: ApprovalAnswer[] = faults.at('approval', image) ?? [{ answer: 'approve' }]
  const [approver = ''] = fleet.rings[ring]?.approval?.approvers ?? []
  const { account, region } = fleet.build
  const name = resourceName(fleet.name, 'answer-approval')
  for (const answer of answers)
    clock.at(clock.now() + hour, async () => {
      const time = new Date(clock.now()).toISOString()
      const request = { campaign, image, ring, time, by: someoneOf(approver), ...answer }
      try {
        await functions.invoke(`arn:aws:lambda:${region}:${account}:function:${name}`, request, `${campaign}/${image}`)
      } catch (error) {
        // A person reads why the answer was not taken: the rebake may have ended meanwhile.
        if (!(error instanceof FunctionError)) throw error
      }
    })
}
