import { expect, it } from 'vitest'
import { adoptedEstate, adoptedFleet } from '../support/adopted-fleet.ts'
import { slow, stageFor } from '../support/rehearsal.ts'

/** What `rebake check --aws` finds beforehand (test/cli/check/adopted-account.test.ts) stops a campaign that goes ahead. */
it('fails for each reason that stops an adopted pipeline, and for no other', { timeout: slow }, async () => {
  const releases = [{ upstream: 'soe', time: '2026-09-01T06:00:00Z' }]
  const stage = await stageFor(adoptedFleet)
  const { summary } = await stage.rehearse({ releases, estate: adoptedEstate })
  const reasons = Object.fromEntries(summary.images.map(({ image, status, reason }) => [image, `${status}: ${reason}`]))
  expect(reasons).toEqual({
    sound: expect.stringMatching(/^released/),
    below: expect.stringMatching(/^failed.*its pipeline is disabled/),
    follows: expect.stringMatching(/^failed.*ami: parent: expected ami-/),
    managed: expect.stringMatching(/^failed.*cannot be baked on the AMI.*alias\/aws\/ebs/),
    silent: expect.stringMatching(/^failed.*cannot be baked on the AMI.*alias\/aws\/ebs/),
    unencrypted: expect.stringMatching(/^failed.*cannot be baked on the AMI.*a kmsKeyId/),
    shares: expect.stringMatching(/^failed.*before anything is checked/),
    container: expect.stringMatching(/^failed.*builds containers/),
    roleless: expect.stringMatching(/^failed.*execution role .* does not exist/),
    waits: expect.stringMatching(/^failed.*longer than the timeout/),
  })
})
