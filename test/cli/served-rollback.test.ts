import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm'
import { describe, expect, it } from 'vitest'
import { slow } from '../support/rehearsal.ts'
import { servedRehearsal } from './served-rehearsal.ts'
import { smallFleet } from './small-fleet.ts'

const text = smallFleet

/** A rehearsal in which ubuntu has released twice. */
const { fleet, served, run } = servedRehearsal(text, {
  releases: ['2026-09-01', '2026-09-04'].map((day) => ({ upstream: 'ubuntu', time: `${day}T06:00:00Z` })),
})
const rebake = (...args: string[]) => run(args)

/** Of the build account, as anybody sees it. */
async function channels() {
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'operator' }
  const ssm = new SSMClient({ region: fleet.build.region, endpoint: served().url ?? '', credentials })
  const Names = ['stable', 'previous'].map((channel) => `/golden/images/web/${channel}`)
  const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names }))
  return Object.fromEntries(Parameters.map(({ Name = '', Value }) => [Name.split('/').at(-1), Value]))
}

/** What it is rolled back from, and forth to. */
let version = ''

describe('a served rehearsal', { timeout: slow }, () => {
  it('rolls an image back, follows it, and does nothing the second time; then it goes on', async () => {
    const { stable, previous } = await channels()
    const { code, stdout, stderr } = await rebake('rollback', 'web', '--yes', '--reason', 'it crashes')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^web rolls back from 1\.0\.0\/\d+ to 1\.0\.0\/1\.\n/)
    expect(stdout).toContain('✔ ring canary  1 target restored\n✔ web is 1.0.0/1 again, in 1 target of 1 ring.')
    expect((await channels()).stable).toBe(previous)

    const again = await rebake('rollback', 'web', '--yes', '--json')
    expect(JSON.parse(again.stdout)).toMatchObject({ status: 'already there', operation: null })

    const resumed = await rebake('resume', 'web', '--yes')
    expect(resumed.stdout).toMatch(/^web is held by .*:user\/operator since .*: it crashes/)
    expect(resumed.stdout).toContain('The next look at all images rebakes it: its parent ubuntu is ami-')
    expect(resumed.stdout).toMatch(/✔ web goes on\.\n$/)

    version = stableVersion(stdout)
    const forth = await rebake('rollback', 'web', '--to', version, '--yes')
    expect(forth.code).toBe(0)
    expect((await channels()).stable).toBe(stable)
  })

  it('revokes a release, as the function that does it has shown, and says where to follow what comes of it', async () => {
    const { stable = '' } = await channels()
    const why = ['--reason', 'CVE-2026-1234', '--yes']
    const { code, stdout, stderr } = await rebake('revoke', 'web', version, ...why)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('1 release would be revoked, and 2 AMIs disabled.')
    expect(stdout).toContain('Nothing that could be looked at runs on them.')
    expect(stdout).toMatch(/✔ pointers of web +back to 1\.0\.0\/1\n/)
    expect(stdout).toContain('✔ 1 release revoked, 2 AMIs disabled.')
    const { ec2 } = served().world.aws
    expect(ec2.get(stable, fleet.build.region)?.image.State).toBe('disabled')
    expect((await channels()).stable).not.toBe(stable)
    expect((await rebake('history', 'web')).stdout).toContain('CVE-2026-1234')
    expect(
      served()
        .world.aws.unusedPermissions()
        .filter((one) => /^PlanRevocation/.test(one)),
    ).toEqual([...['autoscaling:DescribeLaunchConfigurations'].map((name) => `PlanRevocationRole: ${name}`)])

    const unknown = await rebake('revoke', 'web', '9.9.9/1', ...why)
    expect(unknown).toMatchObject({ code: 2, stdout: '' })
    expect(unknown.stderr).toContain('web has no release 9.9.9/1')
  })
})

const stableVersion = (printed: string) => /rolls back from (\S+)/.exec(printed)?.[1] ?? ''
