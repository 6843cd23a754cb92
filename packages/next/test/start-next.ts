/** A build of Next.js as it is deployed. Its routes call what a test has put on `globalThis`. */

import { execFileSync } from 'node:child_process'
import type { RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'

interface NextServer {
  prepare(): Promise<void>
  getRequestHandler(): RequestListener
}

/** Builds the application in a folder beside this file, and resolves with what answers its requests. */
export async function startNext(name: string): Promise<RequestListener> {
  const dir = join(import.meta.dirname, name)
  process.env['NEXT_TELEMETRY_DISABLED'] = '1'
  const require = createRequire(import.meta.url)
  const command = require.resolve('next/dist/bin/next')
  const env = { ...process.env, NODE_ENV: 'production' as const }
  execFileSync(process.execPath, [command, 'build'], { cwd: dir, stdio: 'pipe', env })
  const next = require('next') as (options: { dev: boolean; dir: string }) => NextServer // its types miss the call
  const app = next({ dev: false, dir })
  await app.prepare()
  return app.getRequestHandler()
}
