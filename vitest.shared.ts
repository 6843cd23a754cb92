import { defaultServerConditions } from 'vite' // vitest/config does not export the default conditions
import { defineConfig } from 'vitest/config'

// Packages are loaded by Node.js, which knows no `module`: files behind that are for bundlers.
const conditions = ['@authlib/source', ...defaultServerConditions.filter((condition) => condition !== 'module')]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { environment: 'node', include: ['src/**/*.test.ts'], isolate: false, testTimeout: 20_000 },
})
