import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder'
import { HttpResponse } from '@smithy/core/protocols'
import { describe, expect, it } from 'vitest'
import { readImage } from '../../aws/image-failure.ts'
import { placeOfFailure } from '../../domain/image-failure.ts'

const arn = 'arn:aws:imagebuilder:us-west-2:111122223333:image/golden-web/1.0.0/2'

/** A client whose service answers that, as it is on the wire. */
const answering = (state: object) =>
  new ImagebuilderClient({
    region: 'us-west-2',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    requestHandler: {
      handle: async () => ({
        response: new HttpResponse({
          statusCode: 200,
          headers: { 'content-type': 'application/json' },
          body: Buffer.from(JSON.stringify({ image: { arn, state } })),
        }),
      }),
    },
  })

describe('readImage', () => {
  it('has what the SDK drops', async () => {
    const failureContext = {
      imageStatus: 'BUILDING',
      failedStep: 'ApplyBuildComponents',
      componentFailure: {
        componentArn: 'arn:aws:imagebuilder:us-west-2:111122223333:component/patch/1.0.0/1',
        phaseName: 'build',
        stepName: 'InstallPackages',
        action: 'ExecuteBash',
        errorMessage: 'exit status 1',
      },
    }
    const { image, failure } = await readImage(answering({ status: 'FAILED', reason: 'no', failureContext }), arn)
    expect(image?.state).toEqual({ status: 'FAILED', reason: 'no' })
    expect(placeOfFailure(failure)).toBe(
      'it was BUILDING in component patch/1.0.0/1, phase build, step InstallPackages, action ExecuteBash, workflow step ApplyBuildComponents: exit status 1',
    )
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'FAILED'],
    ['other members', { aNewOne: [1], componentFailure: 7, distributionFailure: { regionFailures: 'all' } }],
    ['no members', { componentFailure: {}, distributionFailure: { regionFailures: [{}, null] } }],
  ])('takes %s for nothing', async (_, failureContext) => {
    const { failure } = await readImage(answering({ status: 'FAILED', failureContext }), arn)
    expect(placeOfFailure(failure)).toBeUndefined()
    expect(failure.copies).toEqual([])
  })
})
