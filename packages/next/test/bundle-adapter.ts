/** Our package in one file, for a bundler that finds no sources. It reads the cookies of the Next.js it is bundled with. */

import { buildSync } from 'esbuild'
import { join } from 'node:path'

export function bundleAdapter(): void {
  buildSync({
    entryPoints: [join(import.meta.dirname, '../src/index.ts')],
    outfile: join(import.meta.dirname, '.output/adapter.js'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@authlib/source'],
    external: ['next/*'],
    logLevel: 'error',
  })
}
