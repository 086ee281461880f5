import { expect, it } from 'vitest'
import { inTheWay } from '../../../cli/check/adopted-pipeline.ts'
import type { Image } from '../../../domain/fleet/model.ts'

it('a field that would be lost is named', () => {
  const image = { checks: {} } as Image
  const found = { pipeline: {}, unknown: ['imageRecipe.amiWatermarks'] }
  expect(inTheWay(image, found)).toEqual([
    'it or its recipe has imageRecipe.amiWatermarks, which this version of Rebake would lose: a rebake that must change them is refused',
  ])
})
