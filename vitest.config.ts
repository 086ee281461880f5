import { defineConfig } from 'vitest/config'

const common = {
  pool: 'forks' as const,
  // One module registry for each worker: loading the CDK, and synthesizing a fleet, once, not once a file.
  isolate: false,
  // A rehearsal makes much that lives for a moment: with more room for it, collecting it takes less time.
  execArgv: ['--max-semi-space-size=64'],
  testTimeout: 30_000,
  hookTimeout: 90_000,
}
/** Of the emulator by itself: it needs no fleet. */
const emulator = ['test/emulator/**/*.test.ts']
/** Whole rehearsals, which ask with the SDK's own clients: in workers of their own, as other tests leave clients mocked. */
const rehearsals = [
  'test/rehearsal/**/*.test.ts',
  'test/cli/**/served*.test.ts',
  'test/cli/check/first-deploy.test.ts',
  'test/cli/check/adopted-account.test.ts',
  'test/cli/standing.test.ts',
  'test/events.test.ts',
]
/**
 * What takes longest, and finds what a change seldom breaks: mutants that rely on a lenient reading, permissions that nothing uses, changed
 * fleets, each alarm, random sizes, each fault of the doctor. `npm test` leaves them to `npm run test:long`, and stays below five minutes.
 */
const long = [
  'test/rehearsal/open-questions.test.ts',
  'test/rehearsal/permissions.test.ts',
  'test/rehearsal/changed-fleet.test.ts',
  'test/rehearsal/alarms.test.ts',
  'test/cli/doctor/served-faults.test.ts',
  'test/infra/sizes.test.ts',
]
/** Of the package as users install it: it takes a build, so `npm test` leaves it to `npm run test:package`. */
const installed = ['test/package/**/*.test.ts']

export default defineConfig({
  test: {
    // Vitest would leave one core to a person who watches.
    maxWorkers: '100%',
    globalSetup: 'test/support/temporary-files.ts',
    projects: [
      { test: { ...common, name: 'rehearsals', include: rehearsals, exclude: long } },
      { test: { ...common, name: 'long', include: long } },
      {
        test: {
          ...common,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...rehearsals, ...emulator, ...installed, ...long],
        },
      },
      { test: { ...common, name: 'emulator', include: emulator } },
      { test: { ...common, name: 'package', include: installed } },
    ],
  },
})
