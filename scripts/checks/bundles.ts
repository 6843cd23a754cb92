/** Each subpath bundles, for browsers and workers where it is neutral, and holds no foreign part. */

import { bundle } from '../bundle.ts'
import { readPackages, type Package, type Subpath } from '../workspace.ts'

/** What the bundle of a subpath may hold besides its own code. Node.js only where it says so. */
interface Contents {
  readonly parts: readonly string[]
  readonly node?: boolean
}

const CONTENTS: Readonly<Record<string, Contents>> = {
  '@authlib/core': { parts: [] },
  '@authlib/core/kit': { parts: ['@authlib/core'] },
  '@authlib/core/opentelemetry': { parts: [] },
  '@authlib/jose': { parts: ['@authlib/core', 'jose'] },
  '@authlib/jose/sd-jwt': { parts: ['@authlib/core', '@authlib/jose', 'jose'] },
  '@authlib/jose/extra': {
    parts: [
      '@authlib/core',
      '@authlib/jose',
      '@noble/ciphers',
      '@noble/curves',
      '@noble/hashes',
      '@noble/post-quantum',
      'jose',
    ],
  },
  '@authlib/oauth1': { parts: ['@authlib/core', '@authlib/jose', 'jose'] },
  '@authlib/oauth1/server': { parts: ['@authlib/core', '@authlib/jose', '@authlib/oauth1', 'jose'] },
  '@authlib/oauth1/client': { parts: ['@authlib/core', '@authlib/oauth1'] },
  '@authlib/oauth1/providers': {
    parts: ['@authlib/core', '@authlib/jose', '@authlib/oauth1', '@authlib/oauth1/client', 'jose'],
  },
  '@authlib/oauth1/ky': { parts: ['ky'] },
  '@authlib/oauth2': { parts: ['@authlib/core'] },
  '@authlib/oauth2/server': { parts: ['@authlib/core', '@authlib/jose', '@authlib/oauth2', 'jose'] },
  '@authlib/oauth2/client': { parts: ['@authlib/core', '@authlib/jose', '@authlib/oauth2', 'jose'] },
  '@authlib/oauth2/browser': {
    parts: ['@authlib/core', '@authlib/jose', '@authlib/oauth2', '@authlib/oauth2/client', 'jose'],
  },
  '@authlib/oauth2/legacy': { parts: ['@authlib/core', '@authlib/oauth2'] },
  '@authlib/oauth2/ky': { parts: ['ky'] },
  '@authlib/oauth2/resource': { parts: ['@authlib/core', '@authlib/jose', '@authlib/oauth2', 'jose'] },
  '@authlib/oidc': { parts: ['@authlib/core', '@authlib/jose', '@authlib/oauth2', 'jose'] },
  '@authlib/oidc/server': {
    parts: [
      '@authlib/core',
      '@authlib/jose',
      '@authlib/oauth2',
      '@authlib/oauth2/resource',
      '@authlib/oauth2/server',
      '@authlib/oidc',
      'jose',
    ],
  },
  '@authlib/oidc/client': {
    parts: ['@authlib/core', '@authlib/jose', '@authlib/oauth2', '@authlib/oauth2/client', '@authlib/oidc', 'jose'],
  },
  '@authlib/fetch': { parts: ['@authlib/core'] },
  '@authlib/providers': {
    parts: [
      '@authlib/core',
      '@authlib/core/kit',
      '@authlib/jose',
      '@authlib/oauth2',
      '@authlib/oauth2/client',
      '@authlib/oidc',
      '@authlib/oidc/client',
      'jose',
    ],
  },
  '@authlib/hono': { parts: ['@authlib/core', '@authlib/fetch'] },
  '@authlib/node': { parts: ['@authlib/core'], node: true },
  '@authlib/express': { parts: ['@authlib/core', '@authlib/node'], node: true },
  '@authlib/express/augment': { parts: [] },
  '@authlib/koa': { parts: ['@authlib/core', '@authlib/node'], node: true },
  '@authlib/fastify': { parts: ['@authlib/core', '@authlib/node'], node: true },
  '@authlib/h3': { parts: ['@authlib/core', '@authlib/fetch'] },
  '@authlib/h3/v1': { parts: ['@authlib/core', '@authlib/node'], node: true },
  '@authlib/elysia': { parts: ['@authlib/core', '@authlib/fetch'] },
  '@authlib/sveltekit': { parts: ['@authlib/core', '@authlib/fetch'] },
  '@authlib/next': { parts: ['@authlib/core', '@authlib/fetch'] },
  '@authlib/next/pages': { parts: ['@authlib/core', '@authlib/node'], node: true },
  '@authlib/nestjs': { parts: ['@authlib/core', '@authlib/node'], node: true },
  '@authlib/mcp/client': { parts: ['@authlib/core', '@authlib/jose', '@authlib/oauth2', '@authlib/oauth2/client'] },
  '@authlib/mcp/server': {
    parts: ['@authlib/core', '@authlib/jose', '@authlib/oauth2', '@authlib/oauth2/resource', '@authlib/oauth2/server'],
  },
  '@authlib/redis': { parts: ['@authlib/core'], node: true },
  '@authlib/sql': { parts: ['@authlib/core'] },
  '@authlib/sql/node-sqlite': { parts: ['@authlib/core', '@authlib/sql'], node: true },
  '@authlib/sql/sqlite-sync': { parts: ['@authlib/core', '@authlib/sql'] },
  '@authlib/sql/d1': { parts: ['@authlib/core', '@authlib/sql'] },
  '@authlib/sql/pg': { parts: ['@authlib/core', '@authlib/sql'] },
  '@authlib/sql/postgres': { parts: ['@authlib/core', '@authlib/sql'] },
  '@authlib/sql/mysql2': { parts: ['@authlib/core', '@authlib/sql'], node: true },
  '@authlib/sql/kysely': { parts: ['@authlib/core', '@authlib/sql', 'kysely'] },
  '@authlib/create': { parts: [], node: true },
  '@authlib/testing': { parts: ['@authlib/core'], node: true },
  '@authlib/testing/oauth1': {
    parts: [
      '@authlib/core',
      '@authlib/jose',
      '@authlib/oauth1',
      '@authlib/oauth1/client',
      '@authlib/oauth1/server',
      '@authlib/testing',
      'jose',
    ],
    node: true,
  },
}

/** One line for each subpath that does not bundle, and for each part that does not belong. */
export async function bundles(
  root: string,
  contents: Readonly<Record<string, Contents>> = CONTENTS,
): Promise<string[]> {
  const packages = readPackages(root)
  const faults = packages.flatMap((owner) =>
    owner.subpaths.map((subpath) => faultsOf(root, packages, owner, subpath, contents[subpath.specifier])),
  )
  return (await Promise.all(faults)).flat()
}

async function faultsOf(
  root: string,
  packages: readonly Package[],
  { manifest }: Package,
  { specifier, source }: Subpath,
  contents: Contents | undefined,
): Promise<string[]> {
  if (contents === undefined) return [`${specifier}: say in scripts/checks/bundles.ts what it may hold`]
  const platforms = contents.node === true ? (['node'] as const) : (['browser', 'node'] as const)
  const optional = manifest.peerDependenciesMeta ?? {}
  const external = Object.keys(manifest.peerDependencies ?? {}).filter((name) => optional[name]?.optional !== true) // those belong to some subpaths only
  const faults: string[] = []
  for (const platform of platforms) {
    try {
      const { parts, builtins } = await bundle(root, packages, { entry: source, platform, external })
      faults.push(...parts.filter((part) => !contents.parts.includes(part)).map((part) => `holds ${part}`))
      if (platform === 'browser') faults.push(...builtins.map((name) => `imports ${name} without Node.js`))
    } catch (error) {
      faults.push(`does not bundle for ${platform}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return [...new Set(faults)].map((fault) => `${specifier} ${fault}`)
}
