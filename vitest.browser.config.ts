import { playwright } from '@vitest/browser-playwright'
import { defaultClientConditions } from 'vite'
import { defineConfig } from 'vitest/config'
import { findChromium } from './test/support/chromium.ts'

const executablePath = findChromium()

export default defineConfig({
  resolve: { conditions: ['@authlib/source', ...defaultClientConditions] },
  test: {
    name: 'browser',
    include: ['test/smoke/**/*.test.ts'],
    exclude: [
      ...['test/smoke/login.test.ts', 'test/smoke/fetch-login.test.ts'], // browsers let no program send or see cookies
      'test/smoke/bun-sqlite.test.ts',
    ],
    testTimeout: 20_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      instances: [{ browser: 'chromium' }],
      provider: playwright({
        launchOptions: {
          ...(executablePath !== undefined && { executablePath }),
          args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
        },
      }),
    },
  },
})
