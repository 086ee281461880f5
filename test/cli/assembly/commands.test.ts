import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { cdkFor } from '../../../cli/assembly/cdk.ts'
import type { AssemblyDeps } from '../../../cli/assembly/deps.ts'
import { bootstrap } from '../../../cli/bootstrap/run.ts'
import type { InAws } from '../../../cli/check/aws.ts'
import { deploy } from '../../../cli/deploy/run.ts'
import { diff } from '../../../cli/diff/run.ts'
import { BadInput, Failed } from '../../../cli/problems.ts'
import { synth } from '../../../cli/synth/run.ts'
import { LimitsExceeded } from '../../../domain/limits.ts'
import { installFakeCdk } from '../fake-cdk.ts'
import { smallFleet } from '../small-fleet.ts'
import { caughtOutput } from '../stdout.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'rebake-')))
afterAll(() => rmSync(root, { recursive: true }))

const ids: [example: string, own: string][] = [
  ['111122223333', '012345678901'],
  ['123456789012', '210987654321'],
]
const withOwnAccounts = ids.reduce((text, [example, own]) => text.replace(example, own), smallFleet)

/** A folder with a fleet, and the CDK's command of its own. */
function project(name: string, text = withOwnAccounts) {
  const directory = join(root, name)
  mkdirSync(directory)
  const file = join(directory, 'fleet.yaml')
  writeFileSync(file, text.replace('name: golden', `name: ${name}`))
  return { name, file, cdk: installFakeCdk(directory) }
}
const mine = project('mine')
const others = project('others')

/** As the real one writes it, as far as anybody reads it. */
const synthesize = vi.fn<NonNullable<AssemblyDeps['synthesize']>>(async ({ fleet, outdir }) => {
  mkdirSync(outdir, { recursive: true })
  const stack = (name: string, region: string, needs: object) => ({
    [name]: { environment: `aws://${fleet.build.account}/${region}`, properties: needs },
  })
  const artifacts = {
    ...stack(`${fleet.name}-build`, fleet.build.region, { requiresBootstrapStackVersion: 6 }),
    ...stack(`${fleet.name}-key-us-east-1`, 'us-east-1', {}),
  }
  writeFileSync(join(outdir, 'manifest.json'), JSON.stringify({ artifacts }))
  const made = (name: string) => ({ name: `${fleet.name}-${name}`, template: { Resources: { A: { Type: 'B' } } } })
  return {
    outdir,
    buildStack: made('build'),
    targetStack: made('target-account'),
    soeStack: made('soe-account'),
    keyStacks: [{ ...made('key-us-east-1'), region: 'us-east-1' }],
    functions: {},
  }
})
const checkAccount = vi.fn(async () => 'arn:aws:iam::012345678901:user/me')
const deps = {
  now: '2026-09-01T06:00:00Z',
  cdk: cdkFor,
  checkAccount,
  afterwards: async () => ({
    isFirst: false,
    baked: [{ image: 'java', reason: 'it is new to the fleet' }],
    unseen: [],
  }),
  synthesize,
  canAsk: () => true,
  confirm: vi.fn(async () => true),
  deployed: vi.fn(async () => undefined as { version?: string; schema?: number } | undefined),
  inAws: vi.fn(async () => inAws({})),
}
/** What `check --aws` finds: nothing, unless a test says otherwise. */
function inAws(found: Partial<InAws>): InAws {
  return { compared: [], others: { names: [], deleted: [] }, preflight: [], ...found }
}
async function* nothingToSay() {}
/** A pipeline that the fleet adopts, or its own, with a schedule that somebody gave it. */
const web = ({ adopted }: { adopted: boolean }): InAws['compared'][number] => ({
  image: 'web',
  adopted,
  pipeline: 'theirs',
  parent: '',
  changed: '',
  rebake: '',
  problems: ['its pipeline has a schedule'],
  warnings: [],
  unchecked: [],
})
type Options = Partial<Parameters<typeof deploy>[0] & Parameters<typeof diff>[0]>
const commands = {
  diff: (file: string, options: Options = {}) => diff({ fleet: file, ...options }, deps),
  deploy: (file: string, options: Options = {}) => deploy({ fleet: file, yes: true, ...options }, deps),
  bootstrap: (file: string, options: Options = {}) => bootstrap({ fleet: file, yes: true, ...options }, deps),
}
const both = Object.entries(commands).map(([name, run]) => ({ name, run }))

const printed = caughtOutput()
beforeEach(() => {
  vi.clearAllMocks()
  for (const { file, cdk } of [mine, others]) {
    cdk.exits({})
    rmSync(join(file, '../calls.jsonl'), { force: true })
  }
})

describe.each(both)('rebake $name', ({ name, run }) => {
  it('works on the fleet that is named, with the command of its project, wherever it is called', async () => {
    await run(others.file)
    expect(mine.cdk.calls()).toEqual([])
    const [call] = others.cdk.calls()
    expect(call).toMatchObject({ inAssembly: true })
    expect(call?.args[0]).toBe(name)
    expect(call?.args).toContain('--no-notices')
    expect(printed()).toMatch(
      new RegExp(
        `^Fleet others, ${others.file}, by Rebake \\S+: account 012345678901, eu-west-1, others-key-us-east-1 and others-build\n`,
      ),
    )
  })

  it('leaves no directory behind', async () => {
    await run(mine.file)
    expect(existsSync(synthesize.mock.calls[0]?.[0].outdir ?? '')).toBe(false)
  })

  it('says which fleet it is before it asks anything', async () => {
    checkAccount.mockRejectedValueOnce(new BadInput('These credentials are of account 1'))
    await expect(run(mine.file)).rejects.toThrow('These credentials are of account 1')
    expect(printed()).toContain('Fleet mine, ')
    expect(synthesize).not.toHaveBeenCalled()
    expect(mine.cdk.calls()).toEqual([])
  })

  it('hands on the profile, and takes no other credentials', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIA')
    vi.stubEnv('AWS_PROFILE', 'another')
    checkAccount.mockImplementationOnce(async () => {
      expect(process.env.AWS_PROFILE).toBe('build-admin')
      expect(process.env.AWS_ACCESS_KEY_ID).toBeUndefined()
      return ''
    })
    await run(mine.file, { profile: 'build-admin' })
    vi.unstubAllEnvs()
    const [{ args, env }] = mine.cdk.calls() as [ReturnType<typeof mine.cdk.calls>[0]]
    expect(args.slice(args.indexOf('--profile'), args.indexOf('--profile') + 2)).toEqual(['--profile', 'build-admin'])
    expect(env).toMatchObject({ AWS_PROFILE: 'build-admin' })
    expect(env.AWS_ACCESS_KEY_ID).toBeUndefined()
  })

  it('is bad usage where the command of the CDK is not installed', async () => {
    const cdk = (file: string, options: Parameters<typeof cdkFor>[1]) => cdkFor(file, options, '/nowhere/at/all.js')
    const bare = join(root, `bare-${name}.yaml`)
    writeFileSync(bare, withOwnAccounts)
    const asked = { fleet: bare, yes: true }
    const ran = { diff, deploy, bootstrap }[name as keyof typeof commands](asked, { ...deps, cdk })
    await expect(ran).rejects.toThrow(BadInput)
    await expect(ran).rejects.toThrow(`npm install --save-dev aws-cdk, in ${root}`)
    expect(synthesize).not.toHaveBeenCalled()
  })

  it('says that it failed', async () => {
    mine.cdk.exits({ [name]: 1 })
    const failed = await run(mine.file).catch((error: unknown) => error)
    expect(failed instanceof Failed || process.exitCode === 1).toBe(true)
    expect(printed()).not.toContain('✔')
  })
})

describe('rebake deploy', () => {
  it('deploys the stacks of the build account and no other, and says what is baked afterwards', async () => {
    await commands.deploy(mine.file)
    const [{ args }] = mine.cdk.calls() as [ReturnType<typeof mine.cdk.calls>[0]]
    expect(args.slice(0, 4)).toEqual(['deploy', 'mine-key-us-east-1', 'mine-build', '--app'])
    expect(args.slice(5)).toEqual(['--require-approval', 'never', '--no-notices'])
    expect(printed()).toMatch(/✔ mine is deployed\.\nWithin the hour Rebake bakes 1 image:\n {2}java: it is new/)
  })

  it('asks, and lets the CDK ask about permissions too', async () => {
    await commands.deploy(mine.file, { yes: false })
    expect(deps.confirm).toHaveBeenCalledWith('Deploy it to account 012345678901, eu-west-1?')
    expect(mine.cdk.calls()[0]?.args).toContain('broadening')
  })

  it('deploys nothing where the answer is no', async () => {
    deps.confirm.mockResolvedValueOnce(false)
    await commands.deploy(mine.file, { yes: false })
    expect(mine.cdk.calls()).toEqual([])
    expect(printed()).toMatch(/Nothing was deployed\.\n$/)
    expect(process.exitCode).toBe(1)
  })

  it('is bad usage where nobody can be asked', async () => {
    const ran = deploy({ fleet: mine.file }, { ...deps, canAsk: () => false })
    await expect(ran).rejects.toThrow(BadInput)
    expect(mine.cdk.calls()).toEqual([])
  })

  it.each([
    { deployed: { version: '99.0.0' }, options: {}, message: 'Rebake 99.0.0, and this is ' },
    {
      deployed: { version: '0.0.1', schema: 99 },
      options: { allowDowngrade: true },
      message: 'has a form that this one',
    },
  ])('refuses to take the place of $deployed with $options', async ({ deployed, options, message }) => {
    deps.deployed.mockResolvedValueOnce(deployed)
    await expect(commands.deploy(mine.file, options)).rejects.toThrow(message)
    expect(mine.cdk.calls()).toEqual([])
  })

  it.each([
    { deployed: { version: '99.0.0', schema: 1 }, options: { allowDowngrade: true } },
    { deployed: { version: '0.0.1', schema: 1 }, options: {} },
    { deployed: {}, options: {} },
  ])('takes the place of $deployed with $options', async ({ deployed, options }) => {
    deps.deployed.mockResolvedValueOnce(deployed)
    await commands.deploy(mine.file, options)
    expect(mine.cdk.calls()).toHaveLength(1)
  })

  it('deploys nothing while a pipeline that it adopts would fail', async () => {
    deps.inAws.mockResolvedValueOnce(inAws({ compared: [web({ adopted: true })] }))
    await expect(commands.deploy(mine.file)).rejects.toThrow(Failed)
    expect(printed()).toContain('web: its pipeline has a schedule')
    expect(mine.cdk.calls()).toEqual([])
  })

  it('sets right what is not as the fleet says of its own pipelines', async () => {
    deps.inAws.mockResolvedValueOnce(inAws({ compared: [web({ adopted: false })] }))
    await commands.deploy(mine.file)
    expect(mine.cdk.calls()).toHaveLength(1)
  })

  it('says what it deletes: pipelines of images that are deployed and not in its file', async () => {
    deps.inAws.mockResolvedValueOnce(inAws({ others: { names: [], deleted: ['mine-old'] } }))
    await commands.deploy(mine.file)
    expect(printed()).toContain("deletes 1 pipeline whose images are not in the fleet's file: mine-old.")
  })

  it('deploys nothing while the account lacks what a deploy needs', async () => {
    const check = { name: 'names', group: 'the deployment' as const, permissions: [], examine: nothingToSay }
    const finding = { outcome: 'fail' as const, found: 'the role golden-publish is there already', fix: 'Delete it.' }
    deps.inAws.mockResolvedValueOnce(inAws({ preflight: [{ check, outcome: 'fail', findings: [finding] }] }))
    await expect(commands.deploy(mine.file)).rejects.toThrow(Failed)
    expect(printed()).toContain('the role golden-publish is there already')
    expect(mine.cdk.calls()).toEqual([])
  })

  it.each(['deploy', 'bootstrap'] as const)(
    '%s refuses the accounts of examples, but for a rehearsal',
    async (name) => {
      const file = join(root, 'example.yaml')
      writeFileSync(file, smallFleet)
      const cdk = installFakeCdk(root)
      await expect(commands[name](file)).rejects.toThrow('nobody has: 111122223333 and 123456789012')
      await expect(commands[name](file)).rejects.toThrow(BadInput)
      expect(checkAccount).not.toHaveBeenCalled()
      await commands[name](file, { endpointUrl: 'http://127.0.0.1:1' })
      expect(cdk.calls().map(({ env }) => env.AWS_ENDPOINT_URL)).toEqual(['http://127.0.0.1:1'])
      rmSync(join(root, 'calls.jsonl'))
    },
  )

  it('names the file of what AWS would not take', async () => {
    synthesize.mockRejectedValueOnce(new LimitsExceeded([]))
    await expect(commands.deploy(mine.file)).rejects.toThrow(BadInput)
  })
})

describe('rebake diff', () => {
  it('shows the same stacks, and does not fail on what differs', async () => {
    mine.cdk.exits({ compare: 1 })
    await commands.diff(mine.file)
    expect(mine.cdk.calls().map(({ args }) => args.slice(0, 3))).toEqual([['diff', 'mine-key-us-east-1', 'mine-build']])
    expect(mine.cdk.calls()[0]?.args).toContain('--no-fail')
    expect(printed()).toContain('Within the hour Rebake bakes 1 image')
    expect(process.exitCode).toBeUndefined()
  })

  it.each([
    { codes: {}, exitCode: undefined },
    { codes: { compare: 1 }, exitCode: 3 },
    { codes: { diff: 1, compare: 1 }, exitCode: 1 },
  ])('with --exit-code ends with $exitCode where the CDK ends with $codes', async ({ codes, exitCode }) => {
    mine.cdk.exits(codes)
    await commands.diff(mine.file, { exitCode: true })
    expect(process.exitCode).toBe(exitCode)
  })
})

describe('rebake bootstrap', () => {
  it('bootstraps where a stack needs it', async () => {
    await commands.bootstrap(mine.file)
    expect(mine.cdk.calls()[0]?.args).toEqual(['bootstrap', 'aws://012345678901/eu-west-1', '--no-notices'])
  })

  it('bootstraps nothing where the answer is no', async () => {
    deps.confirm.mockResolvedValueOnce(false)
    await commands.bootstrap(mine.file, { yes: false })
    expect(mine.cdk.calls()).toEqual([])
    expect(process.exitCode).toBe(1)
  })
})

describe('rebake synth', () => {
  it('keeps nothing, and says so', async () => {
    await synth({ fleet: mine.file }, synthesize)
    expect(existsSync(synthesize.mock.calls[0]?.[0].outdir ?? '')).toBe(false)
    expect(printed()).toMatch(
      /^Fleet mine, .*\n✔ mine-key-us-east-1, mine-build, mine-target-account and mine-soe-account/,
    )
  })

  it('keeps them over those of an earlier synth, and beside nothing else', async () => {
    const out = join(root, 'kept')
    await synth({ fleet: mine.file, out }, synthesize)
    await synth({ fleet: mine.file, out }, synthesize)
    expect(synthesize).toHaveBeenCalledTimes(2)
    await expect(synth({ fleet: mine.file, out: join(root, 'mine') }, synthesize)).rejects.toThrow('is not empty')
    expect(synthesize).toHaveBeenCalledTimes(2)
  })

  it('keeps the templates where it is said, and gives the commands for other accounts', async () => {
    const out = join(root, "it's out")
    await synth({ fleet: mine.file, out }, synthesize)
    expect(existsSync(join(out, 'manifest.json'))).toBe(true)
    const set = (stack: string) => `--region eu-west-1 --stack-set-name ${stack}`
    const template = (stack: string) =>
      `--template-body 'file://${root}/it'\\''s out/${stack}.template.json' --capabilities CAPABILITY_NAMED_IAM`
    const commandsIn = printed()
      .split('\n')
      .filter((line) => line.startsWith('    aws '))
      .map((line) => line.trim())
    const [root_, targets] = [
      'OrganizationalUnitIds=$(aws organizations list-roots --query Roots[0].Id --output text)',
      'Accounts=210987654321,234567890123,345678901234,AccountFilterType=INTERSECTION',
    ]
    expect(commandsIn.slice(0, 3)).toEqual([
      `aws cloudformation create-stack-set ${set('mine-target-account')} ${template('mine-target-account')} --permission-model SERVICE_MANAGED --auto-deployment Enabled=false`,
      `aws cloudformation create-stack-instances ${set('mine-target-account')} --regions eu-west-1 --deployment-targets "${root_},${targets}"`,
      `aws cloudformation update-stack-set ${set('mine-target-account')} ${template('mine-target-account')}`,
    ])
    expect(commandsIn[4]).toContain('mine-soe-account --regions eu-west-1')
    expect(commandsIn[4]).toContain('Accounts=444455556666,777788889999,')
  })

  it('reaches organizational units without the accounts that every ring leaves out', async () => {
    const file = join(root, 'units.yaml')
    const units = "organizationalUnits: ['ou-exam-example1'], except: ['345678901234', '012345678901']"
    writeFileSync(
      file,
      `${withOwnAccounts.replace("accounts: ['234567890123', '345678901234']", units)}organization: o-exampleorgid\n`,
    )
    await synth({ fleet: file, out: join(root, 'units') }, synthesize)
    expect(printed()).toContain('Enabled=true,RetainStacksOnAccountRemoval=false')
    expect(printed()).toContain(
      '"OrganizationalUnitIds=ou-exam-example1,Accounts=345678901234,012345678901,AccountFilterType=DIFFERENCE"',
    )
  })
})
