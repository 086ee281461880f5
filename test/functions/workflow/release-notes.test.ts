import {
  GetImageCommand,
  ImagebuilderClient,
  ListImagePackagesCommand,
  ListImageScanFindingsCommand,
} from '@aws-sdk/client-imagebuilder'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ImageState } from '../../../domain/planning/fleet-state.ts'
import { readChanges } from '../../../functions/workflow/release-notes.ts'
import { keyOf } from '../../../ledger/keys.ts'
import { readPrevious } from '../../../ledger/releases.ts'
import { memoryLedger, seed } from '../../support/ledger.ts'
import { mockOf } from '../../support/mocks.ts'

const imageBuilder = mockOf(ImagebuilderClient)
beforeEach(() => void imageBuilder.reset())
const arnOf = (version: string) => `arn:aws:imagebuilder:us-west-2:111122223333:image/golden-web/${version}`
const bake = (version: string) => ({
  version,
  ami: `ami-${version}`,
  parentAmi: 'ami-p',
  definition: 'd',
  at: '',
  campaign: 'c',
})
async function knowing(known: Pick<ImageState, 'last' | 'released'>) {
  const ledger = memoryLedger()
  await ledger.fleetState.change((before) => ({ ...before, images: { web: known } }))
  for (const version of ['1.0.0/1', '1.0.0/2', '1.0.0/3'])
    await seed(ledger, keyOf('release', { image: 'web', version }), { imageArn: arnOf(version) })
  return ledger
}
const own = arnOf('1.0.0/3')

describe('the previous release', () => {
  const released = { version: '1.0.0/1', ami: 'ami-1.0.0/1' }
  it.each<[string, Pick<ImageState, 'last' | 'released'>, string | undefined]>([
    ['is what went through its rings last', { released, last: bake('1.0.0/2') }, '1.0.0/1'],
    ['or else what passed last', { last: bake('1.0.0/2') }, '1.0.0/2'],
    ['but not the bake itself', { last: bake('1.0.0/3') }, undefined],
    ['beside which the release stays', { released, last: bake('1.0.0/3') }, '1.0.0/1'],
    ['nor once it is released itself', { released: bake('1.0.0/3'), last: bake('1.0.0/3') }, undefined],
    ['is none for the first', {}, undefined],
  ])('%s', async (_, known, version) => {
    const previous = await readPrevious(await knowing(known), 'web', own)
    expect(previous).toEqual(version && { version, ami: `ami-${version}`, imageArn: arnOf(version) })
  })
})

describe('what is new in an image', () => {
  const subject = { image: 'web', imageArn: own, campaign: 'c' }
  const previous = { version: '1.0.0/2', ami: 'ami-1.0.0/2' }
  const has = (version: string, cve: string) => {
    imageBuilder
      .on(GetImageCommand, { imageBuildVersionArn: arnOf(version) })
      .resolves({ image: { scanState: { status: 'COMPLETED' } } })
    imageBuilder.on(ListImagePackagesCommand, { imageBuildVersionArn: arnOf(version) }).resolves({
      imagePackageList: [{ packageName: 'bash', packageVersion: version }],
    })
    imageBuilder
      .on(ListImageScanFindingsCommand, {
        filters: [{ name: 'imageBuildVersionArn', values: [arnOf(version)] }],
      })
      .resolves({
        findings: [{ severity: 'LOW', packageVulnerabilityDetails: { vulnerabilityId: cve } }],
      })
  }
  const read = async () =>
    readChanges(
      {
        imageBuilder: imageBuilder as unknown as ImagebuilderClient,
        ledger: await knowing({ last: bake('1.0.0/2') }),
      },
      subject,
    )

  it('is read from Image Builder', async () => {
    has('1.0.0/2', 'CVE-1')
    has('1.0.0/3', 'CVE-2')
    expect(await read()).toEqual({
      previous,
      packages: { added: [], removed: [], upgraded: [{ name: 'bash', from: '1.0.0/2', to: '1.0.0/3' }] },
      findings: { fixed: ['CVE-1 LOW'], new: ['CVE-2 LOW'] },
      counts: { LOW: 1 },
    })
  })

  it('leaves out what Image Builder does not know', async () => {
    has('1.0.0/3', 'CVE-2')
    const gone = Object.assign(new Error('gone'), { name: 'ResourceNotFoundException' })
    for (const command of [GetImageCommand, ListImagePackagesCommand])
      imageBuilder.on(command, { imageBuildVersionArn: arnOf('1.0.0/2') }).rejects(gone)
    expect(await read()).toEqual({ previous, counts: { LOW: 1 } })
  })

  it('does not take a refusal for nothing', async () => {
    imageBuilder.on(GetImageCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }))
    await expect(read()).rejects.toThrow('no')
  })
})
