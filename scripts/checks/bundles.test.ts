import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bundles } from './bundles.ts'
import { manifest, workspace } from './fixture.ts'

const subpaths = { '.': './src/index.ts', './server': './src/server/index.ts', './client': './src/client/index.ts' }
const files = {
  'packages/a/package.json': manifest('a', {}, subpaths),
  'packages/a/src/index.ts': `export const shared = () => 'shared'`,
  'packages/a/src/server/index.ts': `export * from './serve.ts'`,
  'packages/a/src/server/serve.ts': `import { shared } from '../index.ts'\nexport const serve = () => shared()`,
  'packages/a/src/client/index.ts': `export const ask = () => 'client'`,
}
const contents = {
  '@authlib/a': { parts: [] },
  '@authlib/a/server': { parts: ['@authlib/a'] },
  '@authlib/a/client': { parts: [] },
}

describe('bundles', () => {
  it('passes parts that belong', async () => {
    expect(await bundles(workspace(files), contents)).toEqual([])
  })

  it('finds server code in a client', async () => {
    const client = `import { serve } from '../server/serve.ts'\nexport const ask = () => serve()`
    expect(await bundles(workspace({ ...files, 'packages/a/src/client/index.ts': client }), contents)).toEqual([
      '@authlib/a/client holds @authlib/a',
      '@authlib/a/client holds @authlib/a/server',
    ])
  })

  it('finds what is loaded at once, not what import() loads later', async () => {
    const later = Array.from({ length: 9 }, (_, i) => `packages/a/src/later${i}.ts`) // many: esbuild then names them first
    const root = workspace({
      ...files,
      ...Object.fromEntries(later.map((path) => [path, `export const later = () => '${path}'`])),
      'packages/a/src/client/index.ts': `import { serve } from '../server/serve.ts'
export const ask = () => serve() + [${later.map((path) => `import('../${basename(path)}')`).join(', ')}]`,
    })
    expect(await bundles(root, contents)).toEqual([
      '@authlib/a/client holds @authlib/a',
      '@authlib/a/client holds @authlib/a/server',
    ])
  })

  it('finds a library that does not belong, and ignores one of which nothing is left', async () => {
    const library = {
      'node_modules/jose/package.json': { name: 'jose', type: 'module', sideEffects: false, exports: './index.js' },
      'node_modules/jose/index.js': `export const sign = () => 'signed'`,
      'packages/a/src/client/index.ts': `import { sign } from 'jose'\nexport const ask = () => sign()`,
      'packages/a/src/index.ts': `import { sign } from 'jose'\nexport const shared = () => 'shared'`,
    }
    expect(await bundles(workspace({ ...files, ...library }), contents)).toEqual(['@authlib/a/client holds jose'])
  })

  it('finds an optional peer where it is not said to be', async () => {
    const optional = { peerDependencies: { noble: '*' }, peerDependenciesMeta: { noble: { optional: true } } }
    const root = workspace({
      ...files,
      'packages/a/package.json': manifest('a', optional, subpaths),
      'node_modules/noble/package.json': { name: 'noble', type: 'module', exports: './index.js' },
      'node_modules/noble/index.js': `export const hash = () => 'hash'`,
      'packages/a/src/client/index.ts': `import { hash } from 'noble'\nexport const ask = () => hash()`,
    })
    expect(await bundles(root, contents)).toEqual(['@authlib/a/client holds noble'])
  })

  it('finds Node.js in a neutral subpath', async () => {
    const client = `import { randomBytes } from 'node:crypto'\nexport const ask = () => randomBytes(1)`
    const root = workspace({ ...files, 'packages/a/src/client/index.ts': client })
    expect(await bundles(root, contents)).toEqual(['@authlib/a/client imports node:crypto without Node.js'])
    expect(await bundles(root, { ...contents, '@authlib/a/client': { parts: [], node: true } })).toEqual([])
  })

  it('finds a subpath that does not bundle, and one that nothing is said about', async () => {
    const root = workspace({ ...files, 'packages/a/src/client/index.ts': `export * from './missing.ts'` })
    const { '@authlib/a/server': _server, ...known } = contents
    const faults = await bundles(root, known)
    expect(faults[0]).toBe('@authlib/a/server: say in scripts/checks/bundles.ts what it may hold')
    expect(faults[1]).toContain('@authlib/a/client does not bundle for browser')
  })
})
