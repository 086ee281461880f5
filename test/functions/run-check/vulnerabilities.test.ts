import {
  GetImageCommand,
  type Image,
  ImagebuilderClient,
  type ImageScanFinding,
  ListImageScanFindingsCommand,
} from '@aws-sdk/client-imagebuilder'
import { beforeEach, describe, expect, it } from 'vitest'
import { keyOf } from '../../../ledger/keys.ts'
import { seed } from '../../support/ledger.ts'
import { mockOf } from '../../support/mocks.ts'
import { checking, imageArn, parentAmi, parentArn } from './checking.ts'

const imageBuilder = mockOf(ImagebuilderClient)
beforeEach(() => void imageBuilder.reset())
const filterOf = (arn: string) => [{ name: 'imageBuildVersionArn', values: [arn] }]
const is = (arn: string, image: Image | undefined) =>
  imageBuilder.on(GetImageCommand, { imageBuildVersionArn: arn }).resolves({ ...(image && { image }) })
/** A scan that is complete; its findings come in pages. */
const found = (arn: string, ...pages: ImageScanFinding[][]) => {
  is(arn, { scanState: { status: 'COMPLETED' } })
  pages.forEach((findings, nth) => {
    const token = (n: number) => (n > 0 ? { nextToken: `${arn} ${n}` } : {})
    imageBuilder
      .on(ListImageScanFindingsCommand, { filters: filterOf(arn), maxResults: 25, ...token(nth) }, nth > 0)
      .resolves({ findings, ...(nth + 1 < pages.length && token(nth + 1)) })
  })
}
const finding = (vulnerabilityId: string, more: Partial<ImageScanFinding> = {}): ImageScanFinding => ({
  severity: 'HIGH',
  fixAvailable: 'YES',
  ...more,
  packageVulnerabilityDetails: {
    vulnerabilityId,
    vulnerablePackages: [{ name: 'openssl', version: '3.0', fixedInVersion: '3.2' }],
  },
})
const begun = (more: object = {}) =>
  checking('vulnerabilities', {
    high: 0,
    fixable: false,
    introduced: false,
    waivers: {},
    parent: 'base',
    ...more,
  })
const lacks = (name: string) => Object.assign(new Error('gone'), { name })

describe('the vulnerabilities check', () => {
  it('reads every page of what the scan of this image found', async () => {
    const { look, verdict } = await begun()
    found(imageArn, [finding('CVE-1')], [finding('CVE-2', { severity: 'High' })])
    await look()
    expect(await verdict()).toEqual([
      'high: expected 0 at most, found 2: CVE-1 HIGH in openssl (fixed in 3.2), CVE-2 HIGH in openssl (fixed in 3.2)',
    ])
  })

  it('passes what is tolerated', async () => {
    const { look, verdict } = await begun({ high: 1 })
    found(imageArn, [finding('CVE-1')])
    await look()
    expect(await verdict()).toBe('passed')
  })

  it.each([
    ['YES', false],
    ['PARTIAL', false],
    ['NO', true],
    [undefined, false],
  ])('takes fixAvailable %s for a fix, unless it is NO', async (fixAvailable, passes) => {
    const { look, verdict } = await begun({ fixable: true })
    found(imageArn, [{ ...finding('CVE-1'), fixAvailable }])
    await look()
    expect((await verdict()) === 'passed').toBe(passes)
  })

  it('waives until the day of the look', async () => {
    const waivers = { 'CVE-1': { owner: 'ann', reason: 'unreachable', expires: '2026-09-08' } }
    const { look, item } = await begun({ waivers })
    found(imageArn, [finding('CVE-1')])
    await look()
    expect((await item())?.evidence).toMatchObject({
      passed: true,
      results: expect.arrayContaining([
        {
          check: 'waiver of CVE-1',
          passed: true,
          warning: true,
          detail: 'the waiver of ann (unreachable) ends on 2026-09-08',
        },
      ]),
    })
  })

  it('fails by a waiver of the day before', async () => {
    const waivers = { 'CVE-1': { owner: 'ann', reason: 'unreachable', expires: '2026-09-07' } }
    const { look, verdict } = await begun({ waivers, high: 5 })
    found(imageArn, [finding('CVE-1')])
    await look()
    expect(await verdict()).toEqual(['waiver of CVE-1: the waiver of ann (unreachable) expired on 2026-09-07'])
  })

  it.each<[string, Image | undefined, string]>([
    ['deleted', undefined, `Image Builder has no ${imageArn} any more`],
    ['not scanned', {}, 'it was not scanned: its pipeline has scanning off'],
    [
      'abandoned',
      { scanState: { status: 'ABANDONED', reason: 'the image was ready before' } },
      'its scan is ABANDONED: the image was ready before',
    ],
    ['failed', { scanState: { status: 'FAILED' } }, 'its scan is FAILED: Image Builder gives no reason'],
    ['timed out', { scanState: { status: 'TIMED_OUT' } }, 'its scan is TIMED_OUT: Image Builder gives no reason'],
  ])('has not passed without a scan: %s', async (_, image, detail) => {
    const { look, verdict } = await begun()
    if (image) is(imageArn, image)
    else imageBuilder.on(GetImageCommand).rejects(lacks('ResourceNotFoundException'))
    await look()
    expect(await verdict()).toEqual([`scan: ${detail}`])
  })

  it.each<[Image]>([
    [{ scanState: { status: 'PENDING' } }],
    [{ scanState: { status: 'SCANNING' } }],
    [{ scanState: { status: 'COLLECTING' } }],
    [{ scanState: { status: 'RESTING' as never } }],
    [{ imageScanningConfiguration: { imageScanningEnabled: true } }],
  ])('waits for the event of a scan that goes on: %j', async (image) => {
    const { look, verdict } = await begun()
    is(imageArn, image)
    expect(await look()).toMatchObject({ pending: `scan/${imageArn}` })
    expect(await verdict()).toBe('no evidence')
  })

  describe('of what the image itself introduced', () => {
    const withParent = async () => {
      const check = await begun({ introduced: true })
      const release = (version: string, ami: string, arn: string) =>
        seed(check.ledger, keyOf('release', { image: 'base', version }), { ami, imageArn: arn })
      await release('1.0.0/9', parentAmi, parentArn)
      await release('1.0.0/10', 'ami-newer', `${parentArn}0`)
      found(imageArn, [finding('CVE-1'), finding('CVE-2')])
      return check
    }

    it('does not count what that parent has which it was baked from', async () => {
      const { look, verdict } = await withParent()
      found(parentArn, [finding('CVE-1')])
      await look()
      expect(await verdict()).toEqual(['high: expected 0 at most, found 1: CVE-2 HIGH in openssl (fixed in 3.2)'])
    })

    it('has not passed where nobody knows what the parent has', async () => {
      const { look, verdict } = await withParent()
      is(parentArn, { scanState: { status: 'ABANDONED', reason: 'too late' } })
      await look()
      expect(await verdict()).toEqual(['parent base: its scan is ABANDONED: too late'])
    })

    it('nor where the parent is no release', async () => {
      const { look, verdict } = await begun({ introduced: true })
      found(imageArn, [])
      await look()
      expect(await verdict()).toEqual([`parent base: no release of it is ${parentAmi}`])
    })

    it("waits for the parent's scan", async () => {
      const { look } = await withParent()
      is(parentArn, { scanState: { status: 'SCANNING' } })
      expect(await look()).toMatchObject({ pending: `scan/${parentArn}` })
    })
  })
})
