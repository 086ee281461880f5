import { describe, expect, it } from 'vitest'
import { fleetText } from '../../../cli/import/fleet-text.ts'
import type { EstateFacts, PipelineFacts } from '../../../domain/estate/facts.ts'
import { propose } from '../../../domain/estate/proposal.ts'
import { parseFleet } from '../../../domain/fleet/parse.ts'

const account = '111122223333'
const arn = (name: string) => `arn:aws:imagebuilder:us-west-2:${account}:image-pipeline/${name}`

type Some = Omit<Partial<PipelineFacts>, 'recipe'> & { parent?: string; platform?: 'Linux' | 'Windows' }

function pipeline(name: string, { parent = 'ami-0soe1', platform = 'Linux', ...more }: Some = {}): PipelineFacts {
  const recipe = { name: `${name}-recipe`, version: '1.0.0', parent, platform }
  return {
    arn: arn(name),
    name,
    builds: 'images',
    isEnabled: true,
    tags: {},
    recipe,
    distributions: [],
    made: [],
    ...more,
  }
}

const ami = (id: string, name: string, more = {}) => ({
  id,
  owner: '444455556666',
  name,
  architecture: 'x86_64',
  ...more,
})

const estate = (pipelines: PipelineFacts[], more: Partial<EstateFacts> = {}): EstateFacts => ({
  account,
  region: 'us-west-2',
  pipelines,
  amis: {
    'ami-0soe1': ami('ami-0soe1', 'soe-al2023-2026-09-01'),
    'ami-0soe2': ami('ami-0soe2', 'soe-al2023-2026-10-01'),
    'ami-0arm': ami('ami-0arm', 'soe-al2023-2026-10-01', { architecture: 'arm64' }),
    'ami-0own': ami('ami-0own', 'web 2026-10-01', { owner: account, madeBy: 'web-recipe' }),
  },
  parameters: {},
  unread: [],
  ...more,
})

const parentsIn = (facts: EstateFacts) =>
  Object.fromEntries(propose(facts).images.map(({ name, parent }) => [name, parent]))
const onlyUpstream = (facts: EstateFacts) => {
  const { upstreams } = propose(facts)
  expect(upstreams).toHaveLength(1)
  return upstreams[0]
}

describe('the parent of an adopted pipeline', () => {
  it('is the pipeline that built its AMI', () => {
    const base = pipeline('base', { made: [{ ami: 'ami-0base' }] })
    expect(parentsIn(estate([base, pipeline('web', { parent: 'ami-0base' })]))).toEqual({
      base: 'soe-al2023',
      web: 'base',
    })
  })

  it('is the pipeline whose recipe is in the tag of its AMI, where the build is no longer listed', () => {
    const facts = estate([pipeline('web'), pipeline('api', { parent: 'ami-0own' })])
    expect(parentsIn(facts).api).toBe('web')
  })

  it('is the pipeline of the recipe that an ARN names, with a version or with wildcards', () => {
    const of = (version: string) => `arn:aws:imagebuilder:us-west-2:${account}:image/base-recipe/${version}`
    const facts = estate([
      pipeline('base'),
      pipeline('web', { parent: of('x.x.x') }),
      pipeline('api', { parent: of('1.0.0/3') }),
    ])
    expect(parentsIn(facts)).toEqual({ base: 'soe-al2023', web: 'base', api: 'base' })
  })

  it('is the pipeline whose AMI a parameter names', () => {
    const base = pipeline('base', { made: [{ ami: 'ami-0base' }] })
    const facts = estate([base, pipeline('web', { parent: 'ssm:/base/newest' })], {
      parameters: { '/base/newest': 'ami-0base' },
    })
    expect(parentsIn(facts).web).toBe('base')
  })

  it('comes before it, however the account lists them', () => {
    const facts = estate([pipeline('web', { parent: 'ami-0base' }), pipeline('base', { made: [{ ami: 'ami-0base' }] })])
    expect(propose(facts).images.map(({ name }) => name)).toEqual(['base', 'web'])
  })

  it('ends no search where two pipelines are on each other', () => {
    const facts = estate([
      pipeline('web', { parent: 'ami-0api', made: [{ ami: 'ami-0web' }] }),
      pipeline('api', { parent: 'ami-0web', made: [{ ami: 'ami-0api' }] }),
    ])
    expect(parentsIn(facts)).toEqual({ web: 'api', api: 'web' })
  })
})

describe('an upstream', () => {
  it('is one for all AMIs of an owner, a system and a name but for what changes in it', () => {
    const facts = estate([pipeline('web'), pipeline('api', { parent: 'ami-0soe2' })])
    expect(onlyUpstream(facts)).toMatchObject({
      name: 'soe-al2023',
      source: { ami: { owner: '444455556666', name: 'soe-al2023-*' } },
      todo: 'is the pattern that of all its AMIs, and of no others?',
    })
  })

  it('is another for another architecture', () => {
    const { upstreams } = propose(estate([pipeline('web'), pipeline('api', { parent: 'ami-0arm' })]))
    expect(upstreams.map(({ name, source }) => [name, source.ami?.architecture])).toEqual([
      ['soe-al2023', undefined],
      ['soe-al2023-2', 'arm64'],
    ])
  })

  it.each([
    ['soe-al2023-2026-09-01-0600', 'soe-al2023-*'],
    ['company/rhel9_v12', 'company/rhel9_*'],
    ['Base Image 2026.09.01', 'Base Image *'],
    ['hardened', 'hardened*'],
  ])('of the AMI %s has the pattern %s', (name, pattern) => {
    const facts = estate([pipeline('web')], { amis: { 'ami-0soe1': ami('ami-0soe1', name) } })
    expect(onlyUpstream(facts)?.source.ami?.name).toBe(pattern)
  })

  it('is a parameter where the recipe follows one that names no AMI of a pipeline', () => {
    const facts = estate([pipeline('web', { parent: 'ssm:/soe/al2023' })], {
      parameters: { '/soe/al2023': 'ami-0arm' },
    })
    expect(onlyUpstream(facts)).toMatchObject({
      name: 'soe-al2023',
      source: { parameter: { name: '/soe/al2023', owner: '444455556666', architecture: 'arm64' } },
      todo: undefined,
    })
  })

  it('is the image of Image Builder that no pipeline of the account builds', () => {
    const parent = `arn:aws:imagebuilder:us-west-2:${account}:image/soe-al2023/x.x.x`
    expect(onlyUpstream(estate([pipeline('web', { parent })]))?.source).toEqual({ image: { name: 'soe-al2023' } })
  })

  it("is the public parameter for an image that is Amazon's", () => {
    const parent = 'arn:aws:imagebuilder:us-west-2:aws:image/amazon-linux-2023-arm64/x.x.x'
    expect(onlyUpstream(estate([pipeline('web', { parent })]))?.source).toEqual({
      parameter: {
        name: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64',
        architecture: 'arm64',
      },
    })
  })

  it.each([
    ['an AMI that nobody can see', pipeline('web', { parent: 'ami-0gone' }), /its parent ami-0gone is gone/],
    ['a recipe that could not be read', { ...pipeline('web'), recipe: undefined }, /its recipe could not be read/],
    [
      'a parameter that could not be read',
      pipeline('web', { parent: 'ssm:/x' }),
      /its parameter \/x could not be read/,
    ],
    [
      'an image of another account',
      pipeline('web', { parent: 'arn:aws:imagebuilder:us-west-2:999988887777:image/soe/x.x.x' }),
      /of which Rebake hears nothing/,
    ],
  ])('of %s is a question', (_, web, why) => {
    const upstream = onlyUpstream(estate([web]))
    expect(upstream?.todo).toMatch(/^say which AMIs web is baked on: /)
    expect(upstream?.todo).toMatch(why)
  })
})

describe('names', () => {
  it('are legal and different, whatever the pipelines are called', () => {
    const names = ['constructor', 'Web Server', 'web--server', 'web_server', '9', 'soe-al2023', 'a'.repeat(80)]
    const { images, upstreams } = propose(estate(names.map((name) => pipeline(name))))
    const all = [...images, ...upstreams].map(({ name }) => name)
    expect(new Set(all).size).toBe(all.length)
    expect(all).not.toContain('constructor')
    for (const name of all) expect(name).toMatch(/^(?=.{2,40}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
  })
})

describe('an estimate', () => {
  const of = (...minutes: (number | undefined)[]) =>
    propose(estate([pipeline('web', { made: minutes.map((each) => ({ ami: 'ami-1', minutes: each })) })])).images[0]
      ?.estimate

  it('is the middle one of three builds and more', () => {
    expect(of(50, 20, 31.4)).toEqual({ minutes: 31, builds: 3 })
  })
  it('is not there below three builds whose AMIs are still there', () => {
    expect(of(50, 20, undefined)).toBeUndefined()
  })
})

describe('rings', () => {
  const none = { region: 'us-west-2', mode: 'share' as const, accounts: [], organizations: [], organizationalUnits: [] }
  const shared = (accounts: string[], region = 'us-west-2') => ({ ...none, region, accounts })
  const organization = (id: string) => ({
    ...none,
    organizations: [`arn:aws:organizations::999988887777:organization/${id}`],
  })
  const units = (...ids: string[]) => ({
    ...none,
    organizationalUnits: ids.map((id) => `arn:aws:organizations::999988887777:ou/o-exampleorgid/${id}`),
  })

  it('are the organization and its units where a pipeline shares with those, and no account is there twice', () => {
    const facts = estate([
      pipeline('web', { distributions: [shared(['222233334444'])] }),
      pipeline('api', { distributions: [organization('o-exampleorgid')] }),
      pipeline('cli', { distributions: [units('ou-exam-example1', 'ou-exam-example2')] }),
    ])
    const { organization: own, rings } = propose(facts)
    expect(own).toBe('o-exampleorgid')
    expect(rings).toMatchObject([
      { name: 'ring-1', accounts: ['222233334444'], organization: false, organizationalUnits: [] },
      { name: 'ring-2', accounts: [], organization: true, except: ['222233334444'], mode: 'share' },
      { name: 'ring-3', accounts: [], organizationalUnits: ['ou-exam-example1', 'ou-exam-example2'], mode: 'share' },
    ])
    const { rings: read } = parseFleet(fleetText(facts, propose(facts)), 'fleet.yaml')
    expect(read['ring-2']).toMatchObject({ organization: true, except: ['222233334444'], accounts: [] })
    expect(read['ring-3']).toMatchObject({ organizationalUnits: ['ou-exam-example1', 'ou-exam-example2'] })
  })

  it('ask about accounts that other rings take out of the organization, where its images would miss them', () => {
    const everywhere = pipeline('web', { distributions: [shared(['222233334444']), organization('o-exampleorgid')] })
    const todos = (...more: PipelineFacts[]) => propose(estate([everywhere, ...more])).rings.map(({ todo }) => todo)
    expect(todos().join()).not.toContain('as well?')
    expect(todos(pipeline('api', { distributions: [organization('o-exampleorgid')] }))).toEqual([
      expect.not.stringContaining('as well?'),
      expect.stringContaining('And do its images go to 222233334444 as well?'),
    ])
  })

  it('ask about another organization than the first: a fleet has one', () => {
    const { rings } = propose(
      estate([
        pipeline('web', { distributions: [organization('o-exampleorgid')] }),
        pipeline('api', { distributions: [organization('o-anotherorgid')] }),
      ]),
    )
    expect(rings).toMatchObject([
      { organization: true, todo: expect.stringMatching(/organization\/o-anotherorgid, of another organization\?$/) },
    ])
  })

  it('lose nothing of a distribution that goes to another organization as well', () => {
    const own = 'ou-exam-example1'
    const foreign = 'arn:aws:organizations::999988887777:ou/o-anotherorgid/ou-othr-example2'
    const both = organization('o-exampleorgid')
    const web = pipeline('web', {
      distributions: [
        { ...both, organizations: [...both.organizations, ...organization('o-anotherorgid').organizations] },
        { ...none, accounts: ['222233334444'], organizationalUnits: [...units(own).organizationalUnits, foreign] },
      ],
    })
    expect(propose(estate([web])).rings).toMatchObject([
      { organization: true, todo: expect.stringContaining(`o-anotherorgid, ${foreign}, of another organization?`) },
      { organization: false, accounts: ['222233334444'], organizationalUnits: [own] },
    ])
  })

  it('are the ways in which pipelines distribute, with the images of each', () => {
    const { rings, images } = propose(
      estate([
        pipeline('web', { distributions: [shared(['222233334444']), shared(['222233334444'], 'eu-west-1')] }),
        pipeline('api', { distributions: [shared(['555566667777'])] }),
        pipeline('cli'),
      ]),
    )
    expect(rings).toMatchObject([
      { name: 'ring-1', accounts: ['222233334444'], regions: ['eu-west-1', 'us-west-2'], mode: 'share' },
      { name: 'ring-2', accounts: ['555566667777'], regions: ['us-west-2'] },
    ])
    expect(images.map(({ name, rings: its }) => [name, its])).toEqual([
      ['web', ['ring-1']],
      ['api', ['ring-2']],
      ['cli', undefined],
    ])
  })

  it('are the build account alone where no pipeline distributes, and a question', () => {
    expect(propose(estate([pipeline('web')])).rings).toMatchObject([
      { name: 'all', accounts: [account], todo: expect.stringContaining('which accounts and regions') },
    ])
  })
})

describe('what is left out', () => {
  it('is named with its reason: containers, the pipelines of a fleet, and what the person leaves out', () => {
    const own = pipeline('golden-web')
    const facts = estate([
      pipeline('web'),
      { ...pipeline('tools'), builds: 'containers', recipe: undefined },
      { ...own, recipe: own.recipe && { ...own.recipe, fleet: 'golden' } },
      pipeline('lab'),
    ])
    const { images, leftOut } = propose(facts, { without: ['lab'] })
    expect(images.map(({ name }) => name)).toEqual(['web'])
    expect(leftOut).toEqual([
      { pipeline: 'tools', why: 'it builds containers, and Rebake bakes AMIs' },
      { pipeline: 'golden-web', why: 'Rebake made it, for the fleet golden' },
      { pipeline: 'lab', why: 'as --without says' },
    ])
  })
})
