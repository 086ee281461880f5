import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // One module registry for each worker: loading the CDK once, not once a file.
    isolate: false,
    pool: 'forks',
    // Vitest would leave one core to a person who watches.
    maxWorkers: '100%',
    // The rehearsal imports the deployed bundles: as Node does, untouched.
    server: { deps: { external: [/\/functions\/[a-z-]+\/index\.mjs/] } },
    testTimeout: 30_000,
    hookTimeout: 90_000,
  },
})
