import { defineConfig } from 'vitest/config'

/** Node never forgets a module: each whole rehearsal leaves its bundles behind, so these files have a process each. */
const rehearsals = ['test/rehearsal/*.test.ts', 'test/cli/**/served*.test.ts', 'test/events.test.ts']
/** Of the emulator by itself: it needs no fleet. */
const emulator = ['test/emulator/**/*.test.ts']

const common = {
  pool: 'forks' as const,
  // The rehearsal imports the deployed bundles: as Node does, untouched.
  server: { deps: { external: [/\/functions\/[a-z-]+\/index\.mjs/] } },
  testTimeout: 30_000,
  hookTimeout: 90_000,
}

export default defineConfig({
  test: {
    // Vitest would leave one core to a person who watches.
    maxWorkers: '100%',
    projects: [
      { test: { ...common, name: 'rehearsals', include: rehearsals, isolate: true } },
      { test: { ...common, name: 'emulator', include: emulator, isolate: false } },
      // One module registry for each worker: loading the CDK once, not once a file.
      {
        test: {
          ...common,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...rehearsals, ...emulator],
          isolate: false,
        },
      },
    ],
  },
})
