import { describe, expect, it } from 'vitest'
import { modelOf } from '../../../emulator/protocol/models.ts'
import { read, shapeOf } from '../../../emulator/protocol/shape.ts'
import { operationOf } from '../../../emulator/protocol/wire.ts'
import { type AutomationDocument, checkAutomation } from '../../../emulator/services/ssm/automation-document.ts'
import { resolved } from '../../../emulator/services/ssm/automation-values.ts'
import { smokeAutomation } from '../../../infra/smoke/automation.ts'

const runbook = (): AutomationDocument =>
  smokeAutomation({
    fleet: 'gold',
    role: 'arn:aws:iam::111122223333:role/gold-smoke',
    instanceProfile: 'profile',
    subnet: undefined,
    securityGroups: ['sg-0a1b2c3d4e5f67890'],
    logGroup: '/rebake/gold-smoke',
  })

describe("the fleet's runbook", () => {
  it('is as the reference of actions has it', () => {
    expect(() => checkAutomation(runbook())).not.toThrow()
  })

  it('calls APIs with what they take', async () => {
    const calls = runbook().mainSteps.filter(({ inputs }) => inputs.Api)
    expect(calls.map(({ inputs }) => inputs.Api)).toEqual([
      'DescribeInstances',
      'DescribeInstanceInformation',
      'DescribeInstances',
      'TerminateInstances',
    ])
    for (const { inputs } of calls) {
      const { Service, Api, PropertySelector: _, DesiredValues: __, ...given } = inputs
      const { input } = operationOf(await modelOf(String(Service)), String(Api))
      const problems: string[] = []
      read(
        shapeOf(input),
        resolved(given, () => ['i-0123456789abcdef0']),
        problems,
        { token: () => '' },
      )
      expect(problems).toEqual([])
    }
  })
})
