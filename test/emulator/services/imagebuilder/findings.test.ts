import {
  GetImageCommand,
  ImagebuilderClient,
  ListImageScanFindingAggregationsCommand,
  ListImageScanFindingsCommand,
  StartImagePipelineExecutionCommand,
} from '@aws-sdk/client-imagebuilder'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ScanFinding } from '../../../../emulator/services/imagebuilder/findings.ts'
import type { Outcome } from '../../../../emulator/services/imagebuilder/images.ts'
import type { CallRecord } from '../../../../emulator/services/types.ts'
import {
  allow,
  build,
  clientOptions,
  itFitsTheModels,
  roleWith,
  type Served,
  seedFleet,
  served,
} from '../../accounts.ts'

const calls: CallRecord[] = []
const hour = 3_600_000
let world: Served
let client: ImagebuilderClient
let fleet: ReturnType<typeof seedFleet>

beforeEach(async () => {
  world = await served()
  fleet = seedFleet(world)
  client = as('imagebuilder:*', 'inspector2:ListFindings')
})

afterEach(async () => {
  await world.close()
  calls.push(...world.aws.calls)
})

const as = (...actions: string[]) =>
  new ImagebuilderClient(clientOptions(world, roleWith(world.aws, [allow(...actions)])))
const start = async (outcome: Outcome = {}, clientToken = 'b-1', imagePipelineArn = fleet.pipeline) => {
  world.aws.imagebuilder.outcome = () => outcome
  const input = { imagePipelineArn, clientToken }
  return (await client.send(new StartImagePipelineExecutionCommand(input))).imageBuildVersionArn ?? ''
}
const built = async (...of: Parameters<typeof start>) => {
  const arn = await start(...of)
  world.clock.run()
  return arn
}
const get = async (imageBuildVersionArn: string) =>
  (await client.send(new GetImageCommand({ imageBuildVersionArn }))).image
const findings = async (filter?: [string, string], maxResults?: number) => {
  const filters = filter && [{ name: filter[0], values: [filter[1]] }]
  const found = []
  let nextToken: string | undefined
  do {
    const input = { ...(filters && { filters }), ...(maxResults && { maxResults }), nextToken }
    const page = await client.send(new ListImageScanFindingsCommand(input))
    found.push(...(page.findings ?? []))
    nextToken = page.nextToken
  } while (nextToken)
  return found
}
const scans = () => world.events.filter((event) => event['detail-type'] === 'EC2 Image Builder CVE Detected')
/** Until a build is in its tests, and a little further. */
const untilTesting = async (arn: string) => {
  while ((await get(arn))?.state?.status !== 'TESTING') world.clock.run(world.clock.now() + 60_000)
}

describe('a scan', () => {
  it('goes with the tests, and is complete before its image is available', async () => {
    const arn = await start()
    expect((await get(arn))?.scanState).toEqual({ status: 'PENDING' })
    await untilTesting(arn)
    expect((await get(arn))?.scanState).toEqual({ status: 'SCANNING' })
    world.clock.run()
    expect(await get(arn)).toMatchObject({
      state: { status: 'AVAILABLE' },
      scanState: { status: 'COMPLETED' },
    })
    expect(scans()).toHaveLength(1)
    expect(world.events.at(-1)?.['detail-type']).toBe('EC2 Image Builder Image State Change')
  })

  it('that takes long keeps the image in its tests', async () => {
    const arn = await start({ scanTakes: 5400 })
    await untilTesting(arn)
    world.clock.run(world.clock.now() + hour)
    expect((await get(arn))?.state?.status).toBe('TESTING')
    world.clock.run()
    expect((await get(arn))?.scanState).toEqual({ status: 'COMPLETED' })
  })

  it.each<[string, Outcome, string, string]>([
    ['that never completes has timed out after two hours', { scanTakes: Infinity }, 'TIMED_OUT', 'Inspector'],
    ['fails with its reason', { scanFails: 'no agent' }, 'FAILED', 'no agent'],
  ])('%s, and the image goes on', async (_, outcome, status, reason) => {
    const arn = await built(outcome)
    const image = await get(arn)
    expect(image?.state?.status).toBe('AVAILABLE')
    expect(image?.scanState).toEqual({ status, reason: expect.stringContaining(reason) })
    expect(world.clock.now()).toBeLessThan(Date.parse('2026-09-01T16:00:00Z'))
    expect([scans(), await findings()]).toEqual([[], []])
  })

  it.each<Outcome>([{ failsAt: 'BUILDING' }, { failsAt: 'TESTING' }, { cancelledAt: 'TESTING' }])(
    'is abandoned when its image ends before: %j',
    async (outcome) => {
      expect((await get(await built(outcome)))?.scanState?.status).toBe('ABANDONED')
      expect(scans()).toEqual([])
    },
  )

  it('is abandoned where there are no tests, and so no test instance', async () => {
    const { ref } = world.aws.imagebuilder.createFromTemplate(
      'AWS::ImageBuilder::ImagePipeline',
      {
        Name: 'golden-untested',
        ImageRecipeArn: fleet.recipe,
        InfrastructureConfigurationArn: fleet.infrastructure,
        ImageTestsConfiguration: { ImageTestsEnabled: false },
        ImageScanningConfiguration: { ImageScanningEnabled: true },
      },
      build,
    )
    const image = await get(await built({}, 'b-2', ref))
    expect(image?.scanState).toMatchObject({
      status: 'ABANDONED',
      reason: expect.stringContaining('AVAILABLE'),
    })
  })

  it('is not there where the pipeline has scanning off', async () => {
    const { ref } = world.aws.imagebuilder.createFromTemplate(
      'AWS::ImageBuilder::ImagePipeline',
      {
        Name: 'golden-unscanned',
        ImageRecipeArn: fleet.recipe,
        InfrastructureConfigurationArn: fleet.infrastructure,
      },
      build,
    )
    expect(await get(await built({}, 'b-2', ref))).not.toHaveProperty('scanState')
    expect(scans()).toEqual([])
  })

  it('may trail behind its image, which no documentation has', async () => {
    const arn = await start({ scanTrails: true, scanTakes: 7200, findings: { high: 1 } })
    world.clock.run(world.clock.now() + 2 * hour)
    expect(await get(arn)).toMatchObject({
      state: { status: 'AVAILABLE' },
      scanState: { status: 'SCANNING' },
    })
    expect(await findings()).toEqual([])
    world.clock.run()
    expect((await get(arn))?.scanState).toEqual({ status: 'COMPLETED' })
    expect([scans().length, (await findings()).length]).toEqual([1, 1])
  })
})

describe('findings', () => {
  const openssl: ScanFinding = {
    id: 'CVE-2026-1234',
    severity: 'HIGH',
    package: 'openssl',
    version: '3.2.2-1',
    fixedIn: '3.2.2-2',
  }
  const bash: ScanFinding = { id: 'CVE-2026-99', severity: 'LOW', package: 'bash', version: '5.2.15-1' }

  it('are what the world says', async () => {
    world.aws.imagebuilder.findings = ({ name }) => (name === 'golden-base' ? [openssl, bash] : [])
    const arn = await built({ findings: { critical: 3 } })
    const found = await findings(['imageBuildVersionArn', arn])
    expect(found).toMatchObject([
      {
        awsAccountId: build.account,
        imageBuildVersionArn: arn,
        imagePipelineArn: fleet.pipeline,
        type: 'PACKAGE_VULNERABILITY',
        severity: 'HIGH',
        fixAvailable: 'YES',
        inspectorScore: 7.8,
        packageVulnerabilityDetails: {
          vulnerabilityId: 'CVE-2026-1234',
          vulnerablePackages: [{ name: 'openssl', version: '3.2.2-1', fixedInVersion: '3.2.2-2' }],
        },
      },
      { severity: 'LOW', fixAvailable: 'NO' },
    ])
    expect(scans()[0]?.detail['finding-severity-counts']).toEqual({ all: 2, critical: 0, high: 1, medium: 0 })
  })

  it('are otherwise as many as the outcome counts, and the same ones in every image', async () => {
    const first = await built({ findings: { critical: 1, high: 2, low: 1 } })
    const second = await built({ findings: { critical: 1, high: 3 } }, 'b-2')
    const ids = async (arn: string) =>
      (await findings(['imageBuildVersionArn', arn])).map(
        ({ severity, packageVulnerabilityDetails: details }) => `${severity} ${details?.vulnerabilityId}`,
      )
    const [before, after] = [await ids(first), await ids(second)]
    expect(before).toHaveLength(4)
    expect(after.slice(0, 3)).toEqual(before.slice(0, 3))
    expect(before[0]).toMatch(/^CRITICAL CVE-2026-\d{5}$/)
    expect(new Set(after).size).toBe(4)
  })

  it('have pages and filters', async () => {
    const arn = await built({ findings: { critical: 2, high: 30 } })
    expect(await findings()).toHaveLength(32)
    expect(await findings(undefined, 5)).toHaveLength(32)
    expect(await findings(['severity', 'CRITICAL'])).toHaveLength(2)
    expect(await findings(['imagePipelineArn', fleet.pipeline])).toHaveLength(32)
    const [{ packageVulnerabilityDetails: details } = {}] = await findings(['severity', 'CRITICAL'])
    expect(await findings(['vulnerabilityId', details?.vulnerabilityId ?? ''])).toHaveLength(1)
    expect(await findings(['imageBuildVersionArn', `${arn}1`])).toEqual([])
    await expect(findings(['colour', 'red'])).rejects.toMatchObject({ name: 'InvalidRequestException' })
    const filter = { name: 'severity', values: ['HIGH'] }
    const two = client.send(new ListImageScanFindingsCommand({ filters: [filter, filter] }))
    await expect(two).rejects.toMatchObject({ name: 'InvalidRequestException' })
    const wrong = client.send(new ListImageScanFindingsCommand({ nextToken: 'wrong' }))
    await expect(wrong).rejects.toMatchObject({ name: 'InvalidPaginationTokenException' })
  })

  it('are added up by account, image, pipeline and vulnerability', async () => {
    const arn = await built({ findings: { critical: 1, high: 2 } })
    await built({ findings: { critical: 1 } }, 'b-2')
    const sums = async (name?: string, ...values: string[]) => {
      const filter = name === undefined ? {} : { filter: { name, values } }
      return client.send(new ListImageScanFindingAggregationsCommand(filter))
    }
    const all = { all: 4, critical: 2, high: 2, medium: 0 }
    expect(await sums()).toMatchObject({
      aggregationType: 'accountId',
      responses: [{ accountAggregation: { accountId: build.account, severityCounts: all } }],
    })
    expect((await sums('imagePipelineArn', fleet.pipeline)).responses).toEqual([
      { imagePipelineAggregation: { imagePipelineArn: fleet.pipeline, severityCounts: all } },
    ])
    expect((await sums('imageBuildVersionArn', arn)).responses).toMatchObject([
      { imageAggregation: { imageBuildVersionArn: arn, severityCounts: { all: 3 } } },
    ])
    const [{ packageVulnerabilityDetails: details } = {}] = await findings(['severity', 'CRITICAL'])
    expect((await sums('vulnerabilityId', details?.vulnerabilityId ?? '')).responses).toMatchObject([
      { vulnerabilityIdAggregation: { severityCounts: { all: 2, critical: 2 } } },
    ])
    await expect(sums('severity', 'HIGH')).rejects.toMatchObject({ name: 'InvalidRequestException' })
  })

  it('need the right to read Inspector’s, and may be asked for by image', async () => {
    const arn = await built()
    const resource = (of: string) =>
      new ImagebuilderClient(
        clientOptions(
          world,
          roleWith(world.aws, [
            { ...allow('imagebuilder:ListImageScanFindings'), Resource: of },
            allow('inspector2:ListFindings'),
          ]),
        ),
      )
    client = resource(arn.replace(/1$/, '*'))
    expect(await findings(['imageBuildVersionArn', arn])).toEqual([])
    await expect(findings()).rejects.toThrow('imagebuilder:ListImageScanFindings on resource: *')
    client = as('imagebuilder:*')
    await expect(findings()).rejects.toThrow('inspector2:ListFindings on resource: *')
  })
})

itFitsTheModels(() => calls)
