import { expect, it } from 'vitest'
import * as errors from '../../domain/errors.ts'

it.each(Object.entries(errors))('%s has its name in itself, not from its class, which is minified', (name, Class) => {
  const error: Error = new Class('why')
  expect([error.name, error.message]).toEqual([name, 'why'])
  expect(Object.hasOwn(error, 'name')).toBe(true)
})
