import { defineConfig } from 'vitest/config'

/** Machines that test are busy now and then. */
const pollMilliseconds = 20_000

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.long.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          expect: { poll: { timeout: pollMilliseconds } },
        },
      },
      {
        test: {
          name: 'long',
          include: ['test/**/*.long.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
          expect: { poll: { timeout: pollMilliseconds } },
        },
      },
    ],
  },
})
