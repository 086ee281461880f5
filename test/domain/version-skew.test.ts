import { describe, expect, it } from 'vitest'
import { isBelow, type Skew, skewOf } from '../../domain/version-skew.ts'

describe('skewOf', () => {
  it.each<[here: string, deployed: string | undefined, Skew]>([
    ['0.3.0', '0.3.0', 'same'],
    ['0.3.0', '0.3.7', 'same'],
    ['0.3.0', '0.2.9', 'newer'],
    ['0.3.0', '0.10.0', 'older'],
    ['1.0.0', '0.9.0', 'apart'],
    ['1.9.0', '2.0.0', 'apart'],
    ['0.3.0', undefined, 'unknown'],
  ])('%s beside %s is %s', (here, deployed, skew) => expect(skewOf(here, deployed)).toBe(skew))
})

describe('isBelow', () => {
  it.each([
    ['0.3.0', '0.3.1', true],
    ['0.3.1', '0.3.1', false],
    ['0.9.0', '0.10.0', true],
    ['1.0.0', '0.10.0', false],
    ['1.0.0-beta.2', '1.0.0', false],
  ])('%s, %s: %s', (version, other, below) => expect(isBelow(version, other)).toBe(below))
})
