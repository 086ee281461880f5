import { describe, expect, it } from 'vitest'
import { failedTargets, placeOfFailure, readFailure } from '../../domain/image-failure.ts'

const copies = (...regionFailures: object[]) =>
  failedTargets(readFailure({ distributionFailure: { regionFailures } }), '111122223333')

describe('what Image Builder tells of a failure', () => {
  it.each([
    [{ imageStatus: 'PENDING' }, 'it was PENDING'],
    [{ failedStep: 'LaunchBuildInstance' }, 'in workflow step LaunchBuildInstance'],
    [{ componentFailure: { errorMessage: 'exit status 1' } }, 'exit status 1'],
    [{ componentFailure: { componentArn: 'of another kind' } }, 'in component of another kind'],
  ])('may be as little as %j', (context, place) => {
    expect(placeOfFailure(readFailure(context))).toBe(place)
  })

  it('names the account of a copy, and takes one without for the own', () => {
    const region = 'us-east-1'
    expect(
      copies(
        { region, targetAccountId: '222233334444', errorMessage: 'no key', status: 'FAILED' },
        { region, imageConfigurationStep: 'ASSOCIATE_LICENSES', errorMessage: 'no such license' },
        { region, status: 'TIMED_OUT' },
        { errorMessage: 'nowhere' },
      ),
    ).toEqual([
      { target: { account: '222233334444', region }, why: 'no key' },
      { target: { account: '111122223333', region }, why: 'ASSOCIATE_LICENSES: no such license' },
      { target: { account: '111122223333', region }, why: 'TIMED_OUT' },
    ])
  })

  it('is one line of text, and not for ever', () => {
    const error = `${'\u001b[31m'}first\nsecond\u202e${'x'.repeat(2_000)}`
    const place = placeOfFailure(readFailure({ componentFailure: { errorMessage: error } })) ?? ''
    expect(place).toMatch(/^\[31mfirst second x+\.\.\.$/)
    expect(place.length).toBeLessThan(410)
  })
})
