import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn'
import { describe, expect, it } from 'vitest'
import { slow } from '../support/rehearsal.ts'
import { servedRehearsal } from './served-rehearsal.ts'
import { smallFleet } from './small-fleet.ts'

/** A rehearsal in which ubuntu has released, and al2023 has not. */
const { fleet, served, run } = servedRehearsal(smallFleet, {
  releases: [{ upstream: 'ubuntu', time: '2026-09-01T06:00:00Z' }],
})
const { region } = fleet.build
const rebake = (...args: string[]) => run(args)

describe(
  'a served rehearsal',
  () => {
    it('says in a plan what has been baked there, and when', async () => {
      const { stdout, stderr } = await rebake('plan', '--release', 'ubuntu', '--at', '2026-09-04T08:00:00Z')
      expect({ stdout: stdout.split('\n').slice(0, 2), stderr }).toEqual({
        stdout: [expect.stringMatching(/^ubuntu released ami-0/), expect.stringContaining('1 image would be baked')],
        stderr: '',
      })
      const plan = await rebake('plan', '--image', 'java', '--image', 'web', '--json')
      expect(JSON.parse(plan.stdout).images).toMatchObject([
        { image: 'web', decision: 'bake', parentAmi: served().summary.images[0]?.parentAmi },
        { image: 'base', decision: 'leave', reason: 'nobody asked for it' },
        { image: 'java', decision: 'leave', reason: 'its parent base has no AMI yet' },
      ])
    })

    it('has what the fleet expects', async () => {
      const { code, stdout, stderr } = await rebake('check')
      expect({ code, stdout, stderr }).toMatchObject({
        code: 0,
        stderr: '',
        stdout: expect.stringContaining('all is as the fleet expects, for 3 images.'),
      })
    })

    it('finds nothing to set right', async () => {
      const { stdout } = await rebake('plan', '--drift')
      expect(stdout).toBe('Every image is as the fleet says, or on its way.\n')
    })

    it('refuses an AMI that is none of the upstream', async () => {
      const args = ['--upstream', 'al2023', '--ami', 'ami-0123456789abcdef0', '--yes']
      const { code, stderr } = await rebake('start', ...args)
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--ami ami-0123456789abcdef0: the build account 111122223333 cannot see it'),
      })
    })

    it('starts a campaign manually, once', async () => {
      const start = async () => {
        const args = ['start', '--image', 'web', '--at', '2026-09-05T00:00:00Z', '--yes', '--json']
        const { code, stdout, stderr } = await rebake(...args)
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        return JSON.parse(stdout)
      }
      const { campaign, executionArn } = await start()
      expect(campaign).toBe('manual-20260905T000000Z-web')
      expect(await start()).toMatchObject({ campaign, executionArn })
      const credentials = { accessKeyId: 'operator', secretAccessKey: 'operator' }
      const client = new SFNClient({ region, credentials, endpoint: served().url ?? '' })
      const stateMachineArn = executionArn.replace(':execution:', ':stateMachine:').replace(`:${campaign}`, '')
      const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn }))
      expect(executions.filter(({ name }) => name === campaign)).toHaveLength(1)
    })
  },
  slow,
)
