import { defineConfig } from 'vitest/config';

const common = {
  pool: 'forks' as const,
  // Generous, since what takes seconds takes a minute on a machine under load.
  testTimeout: 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 60_000 } },
  // As every process of the product has it.
  env: { ORT_DISABLE_TELEMETRY: '1' },
};

export default defineConfig({
  test: {
    teardownTimeout: 60_000,
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: ['shared/**/*.test.ts', 'nodes/**/*.test.ts', 'main/**/*.test.ts', 'renderer/**/*.test.ts'],
        },
      },
      {
        test: {
          ...common,
          name: 'boundary',
          include: ['test/{arch,contract,conformance,golden,migration,fault,perf}/**/*.test.ts'],
        },
      },
      {
        test: {
          ...common,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 240_000,
          fileParallelism: false,
          // A browser on a machine under load; what needed it is named at the end of `npm test`.
          retry: 1,
        },
      },
    ],
  },
});
