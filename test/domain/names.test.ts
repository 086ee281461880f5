import fc from 'fast-check'
import { expect, it } from 'vitest'
import { imageOfArn, resourceName, targetParameter, versionOfArn } from '../../domain/names.ts'

const prefix = 'arn:aws:imagebuilder:us-west-2:111122223333'

it.each([
  [`${prefix}:image/golden-web-frontend/1.0.3/1`, 'web-frontend', '1.0.3/1'],
  [`${prefix}:image/golden-web/1.0.0/12`, 'web', '1.0.0/12'],
  [`${prefix}:image/silver-web/1.0.3/1`, undefined, '1.0.3/1'],
  [`${prefix}:image/goldenweb/1.0.3/1`, undefined, '1.0.3/1'],
  [`${prefix}:image-pipeline/golden-web`, undefined, ''],
  ['', undefined, ''],
])('%s is of the image %s of golden, in version %s', (arn, image, version) => {
  expect([imageOfArn('golden', arn), versionOfArn(arn)]).toEqual([image, version])
})

it('finds in an ARN the image that its recipe is named after', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9}){0,2}$/)
  fc.assert(
    fc.property(name, name, (fleet, image) => {
      expect(imageOfArn(fleet, `${prefix}:image/${resourceName(fleet, image)}/1.0.0/1`)).toBe(image)
    }),
  )
})

it("fills in every placeholder of a ring's parameter", () => {
  const values = { fleet: 'golden', image: 'web', ring: 'early' }
  expect(targetParameter('/{fleet}/{ring}/{image}/{image}/{other}', values)).toBe('/golden/early/web/web/{other}')
})
