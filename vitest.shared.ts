import { defaultServerConditions } from 'vite' // vitest/config does not export the default conditions
import { defineConfig } from 'vitest/config'

const conditions = ['@authlib/source', ...defaultServerConditions]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { environment: 'node', include: ['src/**/*.test.ts'], isolate: false, testTimeout: 20_000 },
})
