/** Prints how large each subpath is for a user, and some usual programs; fails when one outgrows its limit. */

import { bundle, type BundleOptions } from './bundle.ts'
import { join } from 'node:path'
import { readPackages } from './workspace.ts'

interface Program extends Omit<BundleOptions, 'platform'> {
  readonly title: string
  /** kB, minified and compressed. */
  readonly limit?: number
  /** On Node.js, if that may be more. */
  readonly nodeLimit?: number
  /** A library that must not be in it. */
  readonly without?: string
}

const root = join(import.meta.dirname, '..')
const packages = readPackages(root)

const programs: readonly Program[] = [
  ...packages.flatMap(({ manifest, subpaths }) => {
    const external = Object.keys(manifest.peerDependencies ?? {})
    return subpaths.map(({ specifier, source }) => ({ title: specifier, entry: source, external }))
  }),
  {
    title: 'a server with code, refresh and revocation',
    entry: 'scripts/samples/server.ts',
    limit: 20,
    without: 'jose',
  },
  {
    title: 'an OAuth 2 login with the registry',
    entry: 'scripts/samples/oauth2-login.ts',
    limit: 17.5,
    nodeLimit: 17.8,
    without: 'jose',
  },
  {
    title: 'an OpenID Connect login with the registry',
    entry: 'scripts/samples/openid-login.ts',
    limit: 27.6,
    nodeLimit: 29.6,
    without: 'ky',
  },
  {
    title: 'verifying a JWT with a JWK and a policy',
    entry: 'scripts/samples/verifier.ts',
    limit: 6.3,
    nodeLimit: 8,
    without: 'jose',
  },
]

console.log(`${'kB, min+gzip'.padEnd(48)} browsers   Node.js`)
for (const { title, limit = Infinity, nodeLimit = limit, without, ...program } of programs) {
  const web = await bundle(root, packages, { ...program, platform: 'browser' })
  const node = await bundle(root, packages, { ...program, platform: 'node' })
  const neutral = web.builtins.length === 0
  console.log(
    `${title.padEnd(48)} ${(neutral ? kilobytes(web.gzip) : '–').padStart(8)}  ${kilobytes(node.gzip).padStart(8)}`,
  )
  if (web.gzip > limit * 1000) fail(`${title} may have ${limit} kB`)
  if (node.gzip > nodeLimit * 1000) fail(`${title} may have ${nodeLimit} kB on Node.js`)
  for (const { parts } of [web, node]) {
    if (without !== undefined && parts.includes(without)) fail(`${title} holds ${without}`)
  }
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1)
}

function fail(fault: string): void {
  console.error(`✗ ${fault}`)
  process.exitCode = 1
}
