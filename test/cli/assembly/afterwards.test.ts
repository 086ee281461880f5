import { describe, expect, it } from 'vitest'
import { afterwardsOf } from '../../../cli/assembly/afterwards.ts'
import { afterwardsLines } from '../../../cli/assembly/render.ts'
import { deploymentOf } from '../../../cli/deployment/deployment.ts'
import { loadFleet } from '../../../cli/fleet.ts'
import { Failed } from '../../../cli/problems.ts'
import { fakeLive, knownUpstream } from '../fake-live.ts'
import { fleetFile } from '../fleet-file.ts'

const { fleet: file } = fleetFile()
const deployment = deploymentOf(loadFleet(file), undefined, {})
const at = { file, now: '2026-09-01T06:00:00Z' }
const named = (name: string) => Object.assign(new Error('not there'), { name })
const failing = (cause: Error) => async () => {
  throw new Failed('Could not read what the ledger knows', { cause })
}

describe('what is baked after a deploy', () => {
  it('is all, the first time', async () => {
    const found = await afterwardsOf(deployment, at, failing(named('ResourceNotFoundException')))
    expect(found).toEqual({ isFirst: true, baked: [], unseen: ['base', 'java', 'web'] })
    expect(afterwardsLines(found)[0]).toContain('bakes all images for the first time: base, java and web.')
  })

  it('is what differs from what the ledger knows, and what descends from it', async () => {
    const live = fakeLive({ upstreams: { al2023: knownUpstream('ami-0al2023') } })
    const found = await afterwardsOf(deployment, at, async () => live)
    expect(found).toEqual({
      isFirst: false,
      baked: [
        { image: 'base', reason: 'it is new to the fleet' },
        { image: 'java', reason: 'its parent base is rebaked' },
      ],
      unseen: ['web'],
    })
    expect(afterwardsLines(found)).toEqual([
      'Within the hour Rebake bakes 2 images:',
      '  base: it is new to the fleet',
      '  java: its parent base is rebaked',
      'As soon as an AMI of its upstream is found, Rebake bakes for the first time: web.',
    ])
  })

  it('may be nothing', () => {
    expect(afterwardsLines({ isFirst: false, baked: [], unseen: [] })).toEqual(['No image is baked because of it.'])
  })

  it('is not guessed where the ledger cannot be read', async () => {
    await expect(afterwardsOf(deployment, at, failing(named('AccessDeniedException')))).rejects.toThrow(Failed)
  })
})
