import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, Validations } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { AwsSolutionsChecks } from 'cdk-nag'
import type { Fleet, Image } from '../../domain/fleet/model.ts'
import { arnsIn } from '../../infra/arns.ts'
import { featureFlags } from '../../infra/feature-flags.ts'
import { FleetKey } from '../../infra/fleet-key.ts'
import { acknowledgeWildcards, policyOf } from '../../infra/permissions.ts'
import { allowSmokeTests, createSmokeTests } from '../../infra/smoke/smoke-tests.ts'
import { RebakeStack } from '../../infra/stacks/rebake-stack.ts'
import type { Template } from '../../infra/synthesize.ts'
import { smallFleet } from '../infra/fixture.ts'

type Smoke = NonNullable<Image['checks']['smoke']>
export const script = '#!/bin/sh\nset -e\nsystemctl is-active app\n'

/** The small fleet, with a smoke test for one image, or for both. */
export function smokeFleet(base: Partial<Smoke> = { script: 'smoke.sh' }, api?: Partial<Smoke>): Fleet {
  const fleet = smallFleet()
  fleet.build = { account: '111122223333', region: 'us-west-2' }
  const give = (name: string, smoke: Partial<Smoke>) => {
    const image = fleet.images[name] as Image
    image.checks = { ...image.checks, smoke: { mode: 'required', timeout: 3_600, ...smoke } }
  }
  give('base', base)
  if (api) give('api', api)
  return fleet
}

/**
 * A stack with the smoke tests of a fleet, and `Starter`, a role that may start them.
 *
 * @throws what breaks a rule of AwsSolutions, with `validate`
 */
export function smokeTemplate(fleet = smokeFleet(), { validate = false, text = script } = {}): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'rebake-smoke-'))
  writeFileSync(join(outdir, 'smoke.sh'), text)
  const app = new App({ outdir: join(outdir, 'out'), context: featureFlags, analyticsReporting: false })
  const stack = new RebakeStack(app, 'gold', { env: fleet.build })
  const arns = arnsIn(stack)
  const key = new FleetKey(stack, fleet, fleet.build.region)
  createSmokeTests(stack, { fleet, fleetDirectory: outdir, arns, key })
  const permissions = allowSmokeTests(stack, fleet, arns)
  if (permissions.length > 0) {
    const starter = new Role(stack, 'Starter', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { permissions: policyOf(permissions) },
    })
    acknowledgeWildcards(starter, permissions)
  }
  if (validate) Validations.of(app).addPlugins(new AwsSolutionsChecks())
  app.synth()
  return JSON.parse(readFileSync(join(outdir, 'out', stack.templateFile), 'utf8'))
}
