import { defineConfig } from 'vitest/config'

const common = {
  pool: 'forks' as const,
  // One module registry for each worker: loading the CDK, and synthesizing a fleet, once, not once a file.
  isolate: false,
  testTimeout: 30_000,
  hookTimeout: 90_000,
}
/** Of the emulator by itself: it needs no fleet. */
const emulator = ['test/emulator/**/*.test.ts']

export default defineConfig({
  test: {
    // Vitest would leave one core to a person who watches.
    maxWorkers: '100%',
    projects: [
      { test: { ...common, name: 'rebake', include: ['test/**/*.test.ts'], exclude: emulator } },
      { test: { ...common, name: 'emulator', include: emulator } },
    ],
  },
})
