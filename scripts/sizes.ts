/** Prints how large each subpath is for a user, and some usual programs; fails when one outgrows its limit. */

import { globSync } from 'node:fs'
import { join } from 'node:path'
import { bundle, type Bundle, type BundleOptions } from './bundle.ts'
import { readPreset } from './presets.ts'
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
    limit: 27.6, // the aim is 22
    nodeLimit: 27.6,
    without: 'jose',
  },
  {
    title: 'an OAuth 2 login with the registry',
    entry: 'scripts/samples/oauth2-login.ts',
    limit: 12.4,
    nodeLimit: 12.5,
    without: 'jose',
  },
  {
    title: 'an OpenID Connect login with the registry',
    entry: 'scripts/samples/openid-login.ts',
    limit: 22.5, // the aim is 22
    nodeLimit: 24.3,
    without: 'ky',
  },
  {
    title: 'an OpenID Connect login that keeps people in',
    entry: 'scripts/samples/openid-session.ts',
    limit: 24,
    nodeLimit: 25.8,
    without: 'ky',
  },
  {
    title: 'a single-page application with DPoP',
    entry: 'scripts/samples/single-page-app.ts',
    limit: 29.7,
    nodeLimit: 31.5,
    without: 'ky',
  },
  {
    title: 'signing a request by OAuth 1 with HMAC',
    entry: 'scripts/samples/oauth1-signer.ts',
    limit: 5,
    without: 'jose',
  },
  {
    title: 'a login by OAuth 1, with the registry',
    entry: 'scripts/samples/oauth1-login.ts',
    limit: 10.2,
    nodeLimit: 10.5,
    without: 'jose',
  },
  {
    title: 'verifying a JWT with a JWK and a policy',
    entry: 'scripts/samples/verifier.ts',
    limit: 6.2, // the aim is 6
    nodeLimit: 7.9,
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

await presets()

/** What each preset adds to a login of its protocol, and that none of OAuth 2 loads JOSE. */
async function presets(): Promise<void> {
  const limits: Readonly<Record<string, number>> = { shopify: 3.1 } // it verifies a signature
  const folder = join(root, 'packages/providers/src/presets')
  const files = globSync('*.ts', { cwd: folder }).filter((file) => !file.endsWith('.test.ts'))
  const bases = {
    oauth2: await login('oauth2, fetchWith', '@authlib/oauth2/client'), // with what asks an API who it is
    openid: await login('oidc, fetchUserinfo', '@authlib/oidc/client'),
  }
  const added = new Map<string, number>()
  for (const file of files) {
    const { factory, preset } = readPreset(join(folder, file))
    const { gzip, parts } = await login(factory, '@authlib/providers')
    const bytes = gzip - bases[preset.protocol].gzip
    const limit = limits[factory] ?? 2.9
    if (bytes > limit * 1000) fail(`${factory} adds ${kilobytes(bytes)} kB to a login and may add ${limit}`)
    if (preset.protocol === 'oauth2' && parts.includes('@authlib/jose')) fail(`${factory} holds @authlib/jose`)
    added.set(factory, bytes)
  }
  const sizes = [...added.values()].sort((a, b) => a - b)
  const median = sizes[Math.floor(sizes.length / 2)] ?? 0
  console.log(
    `${'what a preset adds to a login'.padEnd(48)} ${kilobytes(median).padStart(8)}  most ${kilobytes(sizes.at(-1) ?? 0)}`,
  )
}

function login(names: string, from: string): Promise<Bundle> {
  const code = `import { OAuth } from '@authlib/core'\nimport { ${names} } from '${from}'\nconsole.log(OAuth, ${names})`
  return bundle(root, packages, { entry: 'login.ts', code, platform: 'browser' })
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1)
}

function fail(fault: string): void {
  console.error(`✗ ${fault}`)
  process.exitCode = 1
}
