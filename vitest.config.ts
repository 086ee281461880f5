import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // One module registry for each worker: loading the CDK, and synthesizing a fleet, once, not once a file.
    isolate: false,
    // Vitest would leave one core to a person who watches.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 90_000,
  },
})
