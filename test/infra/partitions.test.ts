import { expect, it } from 'vitest'
import type { Fleet } from '../../domain/fleet/model.ts'
import { fleetOnAll, slow, synth } from './fixture.ts'

/** The small fleet with everything in GovCloud. */
const govFleet = (): Fleet =>
  JSON.parse(
    JSON.stringify(fleetOnAll())
      .replaceAll('arn:aws:', 'arn:aws-us-gov:')
      .replaceAll('eu-west-1', 'us-gov-west-1')
      .replaceAll('us-east-1', 'us-gov-east-1'),
  )

it('templates for GovCloud name nothing of another partition or region', { timeout: slow }, async () => {
  const { buildStack, targetStack, soeStack } = await synth(govFleet())
  for (const { template } of [buildStack, targetStack, soeStack]) {
    const text = JSON.stringify(template)
    expect([...new Set(text.match(/arn:aws:[^"]*/g))]).toEqual([])
    expect([...new Set(text.match(/\b(eu|us|ap)-(east|west|central)-\d/g))]).toEqual([])
    // Service hosts and principals end as in the partition aws.
    // https://docs.aws.amazon.com/general/latest/gr/rande.html
    expect([...new Set(text.match(/amazonaws\.(?!com\b)[\w.]+|amazonaws\.com\.\w+/g))]).toEqual([])
  }
  expect(JSON.stringify(buildStack.template)).toContain('arn:aws-us-gov:states:::lambda:invoke')
})
