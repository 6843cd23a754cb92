import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

const conditions = ['@authlib/source', 'workerd', 'worker', 'module', 'browser', 'development|production']

export default defineConfig({
  plugins: [cloudflareTest({ miniflare: { compatibilityDate: '2026-07-01' } })],
  resolve: { conditions },
  ssr: { resolve: { conditions } }, // what counts: tests are loaded as on a server
  test: {
    name: 'workerd',
    include: ['test/smoke/**/*.test.ts'],
    exclude: ['test/smoke/bun-sqlite.test.ts'],
    testTimeout: 20_000,
  },
})
