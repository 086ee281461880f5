import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One module registry for each worker: loading the CDK once, not once a file.
    isolate: false,
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 90_000,
  },
})
