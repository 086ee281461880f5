import { afterEach, beforeEach, vi } from 'vitest'

/** Catches what is printed in each test of a file; the exit code does not stay. */
export function caughtOutput(): () => string {
  let printed = ''
  beforeEach(() => {
    printed = ''
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += text
      return true
    })
  })
  afterEach(() => {
    vi.restoreAllMocks()
    process.exitCode = undefined
  })
  return () => printed
}
