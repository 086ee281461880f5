import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { synthesize } from '../../infra/synthesize.ts'
import { oneImage } from '../support/one-image.ts'
import { resourcesOf } from '../support/template.ts'
import { slow } from './fixture.ts'

it(
  'functions that send messages know where the commands run that they name, and no others',
  async () => {
    const runFrom = 'https://git.example.com/golden'
    const fleet = oneImage(['rings:', `notify: { runFrom: "${runFrom}" }\nrings:`])
    const outdir = mkdtempSync(join(tmpdir(), 'rebake-run-from-'))
    const { buildStack } = await synthesize({ fleet, fleetDirectory: '.', outdir, bundle: false, validate: false })
    const variables = Object.values(resourcesOf(buildStack.template, 'AWS::Lambda::Function')).map(
      ({ Environment }) => Environment.Variables as Record<string, unknown>,
    )
    const sending = variables.filter((each) => 'TOPIC_ARN' in each)
    expect(sending.length).toBeGreaterThan(5)
    for (const each of sending) expect(each.RUN_FROM).toBe(runFrom)
    expect(variables.filter((each) => 'RUN_FROM' in each)).toEqual(sending)
  },
  slow,
)
