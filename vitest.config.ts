import { defineConfig, mergeConfig } from 'vitest/config'
import SkipReporter from './test/support/skip-reporter.ts'
import shared from './vitest.shared.ts'

export default defineConfig({
  test: {
    reporters: ['default', new SkipReporter()],
    projects: [
      'packages/*/vitest.config.ts',
      'packages/jose/vitest.web.config.ts',
      'examples/*/vitest.config.ts',
      mergeConfig(shared, { test: { name: 'flows', include: ['test/flows/**/*.test.ts'] } }),
      mergeConfig(shared, { test: { name: 'smoke', include: ['test/smoke/**/*.test.ts'] } }),
      mergeConfig(shared, { test: { name: 'scripts', include: ['scripts/**/*.test.ts'] } }),
    ],
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'], reporter: ['text', 'lcov'] },
  },
})
