import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { version } from '../../domain/product.ts'
import { type CloudAssemblySummary, synthesize } from '../../infra/synthesize.ts'
import { schema } from '../../ledger/table.ts'
import { oneImage } from '../support/one-image.ts'
import { slow } from './fixture.ts'

const stacksOf = ({ buildStack, targetStack, soeStack, keyStacks }: CloudAssemblySummary) => [
  buildStack,
  targetStack,
  soeStack,
  ...keyStacks,
]
const made = (options: { version?: string; bundle: boolean }) => {
  const outdir = mkdtempSync(join(tmpdir(), 'rebake-version-'))
  const fleet = oneImage(['regions: [us-west-2] }\n', 'regions: [us-west-2, us-east-1] }\n'])
  return synthesize({ fleet, fleetDirectory: '.', outdir, validate: false, ...options })
}
let ours: CloudAssemblySummary
let other: CloudAssemblySummary
beforeAll(async () => {
  ours = await made({ bundle: true })
  other = await made({ bundle: true, version: '99.0.0' })
}, slow)

describe('the version', () => {
  it('is an output of every stack, and a tag of nothing', () => {
    expect(stacksOf(other)).toHaveLength(4)
    for (const { template } of stacksOf(ours)) expect(template.Outputs?.RebakeVersion).toMatchObject({ Value: version })
    for (const { template } of stacksOf(other)) {
      expect(template.Outputs?.RebakeVersion).toMatchObject({ Value: '99.0.0' })
      expect(JSON.stringify(template.Resources)).not.toContain('99.0.0')
    }
  })

  it('is beside the functions, with the schema of the ledger, and changes no definition', () => {
    const deployed = ({ outdir }: CloudAssemblySummary) =>
      JSON.parse(readFileSync(join(outdir, 'functions/plan-campaign/fleet.json'), 'utf8'))
    expect(deployed(ours)).toMatchObject({ version, schema })
    expect(deployed(other)).toEqual({ ...deployed(ours), version: '99.0.0' })
  })

  it('replaces no recipe and no component', () => {
    const imageBuilder = ({ buildStack }: CloudAssemblySummary) =>
      Object.entries(buildStack.template.Resources).filter(([, resource]) =>
        resource.Type.startsWith('AWS::ImageBuilder::'),
      )
    expect(imageBuilder(ours).length).toBeGreaterThan(3)
    expect(imageBuilder(other)).toEqual(imageBuilder(ours))
  })
})
