import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { causeText, explain } from '../../../domain/messages/failures.ts'
import { duration, subject } from '../../../domain/messages/message.ts'
import {
  campaignFinished,
  campaignPlanned,
  imageFailed,
  imageReleased,
  upstreamRefused,
} from '../../../domain/messages/messages.ts'

const failed = {
  campaign: 'al2023-soe-ami-1',
  image: 'al2023-java',
  execution: 'arn:aws:states:us-west-2:111122223333:execution:golden-rebake:x',
  imageArn: 'arn:aws:imagebuilder:us-west-2:111122223333:image/golden-al2023-java/1.0.0/2',
  failure: { error: 'BakeFailed', cause: 'Image Builder says FAILED: step harden failed' },
  skipped: ['payments-api', 'orders-api'],
}

describe('messages', () => {
  it('says of a failed image what, why, what to do, and what it holds up', () => {
    const { subject, body, attributes } = imageFailed(failed)
    expect(subject).toBe('Failed: al2023-java was not released')
    expect(body).toBe(`al2023-java was not released: its bake failed in Image Builder.

Why: Image Builder says FAILED: step harden failed
What to do: ${explain('BakeFailed').todo}
Not rebaked because of it: payments-api, orders-api. Until then, each keeps its last release, as does al2023-java.
To rebake it when that is mended: the next release does, or a campaign by hand (README, "By hand").

Image: ${failed.imageArn}
Execution: ${failed.execution}
Campaign: al2023-soe-ami-1`)
    expect(attributes).toEqual({
      kind: 'image-failed',
      severity: 'error',
      campaign: 'al2023-soe-ami-1',
      image: 'al2023-java',
      error: 'BakeFailed',
    })
  })

  it('says that nobody is held up when nobody is', () => {
    expect(imageFailed({ ...failed, skipped: [], imageArn: null }).body).toContain(
      'al2023-java keeps its last release. No other image is held up.',
    )
  })

  it('lists every target of a release', () => {
    const { body } = imageReleased({
      campaign: 'c',
      image: 'payments-api',
      version: '1.0.0/3',
      ami: 'ami-0a',
      parentAmi: 'ami-0b',
      rings: [
        {
          ring: 'early',
          parameter: '/golden-images/payments-api',
          published: [{ account: '222233334444', region: 'us-east-1', ami: 'ami-0c' }],
        },
      ],
    })
    expect(body).toContain(
      'Ring early, in the parameter /golden-images/payments-api:\n  222233334444 us-east-1: ami-0c',
    )
  })

  it('plans in the order of the bakes', () => {
    const { subject, body } = campaignPlanned({
      campaign: 'c',
      upstream: 'al2023-soe',
      ami: 'ami-0a',
      amiName: 'soe-al2023-1',
      left: 1,
      bakes: [
        { image: 'base', parent: 'al2023-soe', startsAfterSeconds: 0, finishedAfterSeconds: 100 },
        { image: 'app', parent: 'base', startsAfterSeconds: 2_400, finishedAfterSeconds: 93_600 },
      ],
    })
    expect(subject).toBe('Planned: 2 images to rebake on al2023-soe')
    expect(body).toContain('the last is through its rings in about 1d 2h:')
    expect(body).toContain('  base (on al2023-soe), from about +0s\n  app (on base), from about +40m')
    expect(body).toContain('1 other image of the fleet does not descend from it.')
  })

  it('counts the images of a finished campaign', () => {
    const message = campaignFinished({
      campaign: 'c',
      upstream: 'al2023-soe',
      ami: 'ami-0a',
      seconds: 3_700,
      images: [
        { image: 'base', status: 'released', reason: '', ami: 'ami-0b' },
        { image: 'app', status: 'failed', reason: 'its bake failed', ami: null },
        { image: 'web', status: 'skipped', reason: 'its parent', ami: null },
      ],
    })
    expect(message.subject).toBe('Finished with failures: c')
    expect(message.body).toContain('1 released, 1 failed (app), 1 skipped (web). It took 1h 1m.')
    expect(message.body).toContain('  base  released ami-0b\n  app   failed: its bake failed')
    expect(message.attributes.severity).toBe('error')
  })

  it('says why an upstream was refused, and what to do', () => {
    const { body } = upstreamRefused({
      ami: 'ami-0a',
      account: '9',
      region: 'us-west-2',
      reason: 'its owner is 9',
    })
    expect(body).toContain('Rebake did not believe it: its owner is 9.')
    expect(body).toContain('start its campaign by hand')
  })

  it('has a subject that SNS takes, whatever the names', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(subject(`x${text}`)).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,99}$/)
      }),
    )
  })
})

it.each([
  [0, '0s'],
  [59, '59s'],
  [60, '1m'],
  [3_725, '1h 2m'],
  [93_600, '1d 2h'],
])('%i seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text)
})

it.each([
  ['{"errorType":"ValidationFailed","errorMessage":"state: pending","trace":[]}', 'state: pending'],
  ['plain text', 'plain text'],
  ['{"other":1}', '{"other":1}'],
  ['', ''],
])('the cause %s reads %s', (cause, text) => {
  expect(causeText(cause)).toBe(text)
})
