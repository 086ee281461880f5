import type { Withdrawal, WithdrawalOutcome } from '../../domain/releases/withdrawal.ts'
import type { Step } from './steps.ts'
import { count } from './text.ts'

/** Each account and region that has AMIs to withdraw, as it is now. */
export const withdrawalSteps = (withdrawals: readonly Withdrawal[]): Step[] =>
  withdrawals.map(({ account, region, amis }): Step => {
    const of = (outcome: WithdrawalOutcome) => amis.filter((each) => each.outcome === outcome)
    const [failed] = of('failed')
    const inUse = of('in-use').length
    const left = amis.some(({ outcome }) => outcome === undefined)
    return {
      name: `AMIs in ${account} ${region}`,
      status: failed ? 'wrong' : left ? 'waiting' : 'done',
      text: failed?.why ?? `${count(amis.length, 'AMI')}${inUse > 0 ? `, ${inUse} in use` : ''}`,
    }
  })
