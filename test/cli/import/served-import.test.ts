import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseFleet } from '../../../domain/fleet/parse.ts'
import { slow } from '../../support/rehearsal.ts'
import { servedRehearsal } from '../served-rehearsal.ts'

const parents = {
  'base-al2023': 'al2023-soe',
  bastion: 'al2023-soe',
  batch: 'base-al2023',
  billing: 'base-al2023',
  ledger: 'base-al2023',
  orders: 'base-al2023',
  payments: 'base-al2023',
  search: 'base-al2023',
  web: 'base-al2023',
  'ubuntu-base': 'ubuntu-soe',
  etl: 'ubuntu-base',
  ml: 'ubuntu-base',
  'win-base': 'windows-soe',
  iis: 'win-base',
  crm: 'iis',
}
const pipelineOf = (name: string) => `arn:aws:imagebuilder:us-west-2:111122223333:image-pipeline/${name}`

/** Fifteen pipelines that teams made, three operating systems, and a ring of other accounts. */
const fleetText = `
name: corp
build: { account: "111122223333", region: us-west-2 }
upstreams:
  al2023-soe: { platform: Linux, ami: { owner: "444455556666", name: "soe-al2023-*" } }
  ubuntu-soe: { platform: Linux, ami: { owner: "444455556666", name: "soe-ubuntu-*" } }
  windows-soe: { platform: Windows, ami: { owner: "444455556666", name: "soe-windows-*" } }
images:
${Object.entries(parents)
  .map(([name, parent]) => `  ${name}: { parent: ${parent}, pipeline: "${pipelineOf(name)}" }`)
  .join('\n')}
rings:
  all: { accounts: ["222233334444"], regions: [us-west-2] }
`

/** Made in the console and by Terraform, encrypted and not, with schedules; and one pipeline that nobody thought of. */
const estate = `
pipelines:
  billing: { volumes: aws-managed-key, terraform: true }
  web: { volumes: none }
  payments: { sharedWith: ["222233334444"] }
  crm: { schedule: "cron(0 4 ? * MON *)" }
  ledger: { parent: image }
  orders: { parent: parameter }
  search: { status: DISABLED }
  batch: { recipe: container }
  bastion: { executionRole: none }
others: [nightly-lab]
`

const time = '2026-09-01T06:00:00Z'
const { served, run } = servedRehearsal(fleetText, {
  releases: ['al2023-soe', 'ubuntu-soe', 'windows-soe'].map((upstream) => ({ upstream, time })),
  estate,
})
const rebake = (...args: string[]) => run(args, { env: { AWS_REGION: 'us-west-2' } })
const imported = async () => JSON.parse((await rebake('import', '--name', 'corp', '--json')).stdout)

describe('an estate that is imported', { timeout: slow }, () => {
  it('is a fleet that rebake check takes, with the parents that the pipelines have', async () => {
    const { code, stdout, stderr } = await rebake('import', '--name', 'corp')
    expect(code).toBe(1)
    const { images, upstreams } = parseFleet(stdout, 'fleet.yaml')
    const { batch: _, ...expected } = parents
    const soe = (name: string) => name.replace(/^(.*)-soe$/, 'soe-$1')
    expect(Object.fromEntries(Object.entries(images).map(([name, image]) => [name, image.parent]))).toEqual({
      ...Object.fromEntries(Object.entries(expected).map(([name, parent]) => [name, soe(parent)])),
      'nightly-lab': 'soe-al2023',
    })
    expect(Object.values(upstreams).map(({ ami, platform }) => [platform, ami?.owner, ami?.name])).toEqual([
      ['Linux', '444455556666', 'soe-al2023-*'],
      ['Linux', '444455556666', 'soe-ubuntu-*'],
      ['Windows', '444455556666', 'soe-windows-*'],
    ])
    expect(images.billing?.estimate).toBeGreaterThan(60)
    expect(stdout).toMatch(/^# yaml-language-server: \$schema=\.\/node_modules\/@[\w-]+\/rebake\/fleet\.schema\.json\n/)
    expect(stderr).toMatch(/batch is left out: it builds containers/)
    expect(stderr).toMatch(/Managed by Terraform \(by their tags\): billing\. .*ignore_changes = \[image_recipe_arn\]/)
  })

  it('names beforehand every image that its first campaign fails, and each with the reason', async () => {
    const { obstacles } = (await imported()) as { obstacles: { image: string; problem: string }[] }
    const failed = served()
      .summary.images.filter(({ status }) => status !== 'released')
      .map(({ image }) => image)
    expect(failed).toContain('billing')
    const named = [...obstacles.map(({ image }) => image), 'batch']
    expect(named).toEqual(expect.arrayContaining(failed))
    // What is named and was released is named for another reason: it is baked twice, or stands in another account.
    const reasons = Object.fromEntries(obstacles.map(({ image, problem }) => [image, problem]))
    expect(reasons.crm).toMatch(/schedule of its own, cron\(0 4 \? \* MON \*\)/)
    expect(reasons.payments).toMatch(/it shares its AMI with 222233334444/)
    expect(reasons.search).toMatch(/it is disabled/)
  })

  it('is written where no file is yet, and says what to do next; a file that is there stays', async () => {
    const file = join(import.meta.dirname, `imported-${process.pid}.yaml`)
    try {
      const { stdout, code } = await rebake('import', '--name', 'corp', '--out', file)
      expect(code).toBe(1)
      expect(stdout).toContain(`wrote ${file} with 15 images`)
      const written = readFileSync(file, 'utf8')
      expect(written).toMatch(/^name: corp$/m)
      writeFileSync(file, 'mine')
      const again = await rebake('import', '--out', file)
      expect(again).toMatchObject({ code: 2, stdout: '' })
      expect(again.stderr).toContain('exists already. Nothing was changed.')
      expect(readFileSync(file, 'utf8')).toBe('mine')
    } finally {
      rmSync(file, { force: true })
    }
  })

  it('is only reported with --dry-run', async () => {
    const { stdout, code } = await rebake('import', '--dry-run', '--out', 'never.yaml')
    expect(code).toBe(1)
    expect(stdout).not.toMatch(/^images:/m)
    expect(stdout).toContain('15 images')
    expect(existsSync('never.yaml')).toBe(false)
  })

  it.each([
    [['--name', 'Not Legal'], '--name "Not Legal": expected a fleet name'],
    [['--without', 'bilking'], "the account has no pipeline 'bilking', did you mean 'billing'?"],
  ])('refuses %j, and reads no more than it needs', async (args, message) => {
    const { code, stdout, stderr } = await rebake('import', ...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  it('needs a region, and pipelines', async () => {
    expect(await run(['import'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--region REGION') })
    expect(await rebake('import', '--region', 'eu-west-1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('has no Image Builder pipeline in eu-west-1'),
    })
  })
})
