import {
  GetImageCommand,
  type Image,
  ImagebuilderClient,
  type ImagePackage,
  ListImagePackagesCommand,
} from '@aws-sdk/client-imagebuilder'
import { beforeEach, describe, expect, it } from 'vitest'
import { mockOf } from '../../support/mocks.ts'
import { checking, imageArn, previousArn } from './checking.ts'

const imageBuilder = mockOf(ImagebuilderClient)
beforeEach(() => void imageBuilder.reset())
const has = (arn: string, ...pages: string[][]) =>
  pages.forEach((names, nth) => {
    const imagePackageList: ImagePackage[] = names.map((text) => {
      const [packageName, packageVersion] = text.split('=')
      return { packageName, packageVersion }
    })
    const token = (n: number) => (n > 0 ? { nextToken: `t${n}` } : {})
    imageBuilder
      .on(ListImagePackagesCommand, { imageBuildVersionArn: arn, ...token(nth) })
      .resolves({ imagePackageList, ...(nth + 1 < pages.length && token(nth + 1)) })
  })
const begun = () => checking('packages', { required: ['aide'], forbidden: ['telnet'] }, { timeout: 1_800 })
const comparison = (item: Awaited<ReturnType<Awaited<ReturnType<typeof begun>>['look']>>) =>
  item?.evidence?.results.find(({ check }) => check === 'comparison')?.detail

describe('the packages check', () => {
  it('looks at every page of the list', async () => {
    const { look, verdict } = await begun()
    has(imageArn, ['bash=5.2'], ['aide=0.18'])
    const item = await look()
    expect(await verdict()).toBe('passed')
    expect(comparison(item)).toBe('nothing is compared: there is no previous release')
  })

  it('names what is missing and what must go', async () => {
    const { look, verdict } = await begun()
    has(imageArn, ['telnet=0.17'])
    await look()
    expect(await verdict()).toEqual(['required: not installed: aide', 'forbidden: installed: telnet 0.17'])
  })

  it('tells what moved since the previous release', async () => {
    const { look, released, verdict } = await begun()
    await released()
    has(previousArn, ['aide=0.17', 'rsh=1'])
    has(imageArn, ['aide=0.18'])
    expect(comparison(await look())).toBe('since 1.0.0/3: 1 removed (rsh); 1 upgraded (aide 0.17 -> 0.18)')
    expect(await verdict()).toBe('passed')
  })

  it('says so where nobody knows what that had', async () => {
    const { look, released } = await begun()
    await released()
    imageBuilder
      .on(ListImagePackagesCommand, { imageBuildVersionArn: previousArn })
      .rejects(Object.assign(new Error('gone'), { name: 'ResourceNotFoundException' }))
    has(imageArn, ['aide=0.18'])
    expect(comparison(await look())).toBe('nothing is compared: nobody knows what 1.0.0/3 has')
  })

  it.each<[string, Image | undefined, string]>([
    ['that was baked without', { enhancedImageMetadataEnabled: false }, 'the pipeline has enhanced image metadata off'],
    ['that is gone', undefined, 'the image is gone'],
  ])('has not passed an image %s', async (_, image, why) => {
    const { look, verdict } = await begun()
    has(imageArn, [])
    imageBuilder.on(GetImageCommand).resolves({ ...(image && { image }) })
    await look()
    expect(await verdict()).toEqual([`list: Image Builder lists no packages: ${why}`])
  })

  it('waits for a list that is late, and has not passed in the end', async () => {
    const { look, verdict } = await begun()
    has(imageArn, [])
    imageBuilder.on(GetImageCommand).resolves({ image: { enhancedImageMetadataEnabled: true } })
    expect(await look()).toMatchObject({ pending: `packages/${imageArn}` })
    await look(1_800)
    expect(await verdict()).toEqual(['in time: not done after 1800 seconds: Image Builder lists no packages'])
  })
})
