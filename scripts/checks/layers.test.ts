import { describe, expect, it } from 'vitest'
import { manifest, workspace } from './fixture.ts'
import { layers } from './layers.ts'

const roles = { '.': './src/index.ts', './server': './src/server/index.ts', './client': './src/client/index.ts' }
const depends = (...names: string[]) => ({ dependencies: Object.fromEntries(names.map((name) => [name, '*'])) })
const root = { 'package.json': { devDependencies: { vitest: '*' } } }
const core = { 'packages/core/package.json': manifest('core'), 'packages/core/src/index.ts': `export {}` }

describe('layers', () => {
  it('finds a role that imports another role of its package', () => {
    const files = {
      ...root,
      'packages/oauth2/package.json': manifest('oauth2', {}, roles),
      'packages/oauth2/src/index.ts': `export * from './client/index.ts'`,
      'packages/oauth2/src/client/index.ts': `import type { S } from '../server/index.ts'\nexport type C = S`,
      'packages/oauth2/src/server/index.ts': `export type S = string`,
    }
    expect(layers(workspace(files))).toEqual([
      'packages/oauth2/src/client/index.ts: imports ../server/index.ts: a client holds no server',
      'packages/oauth2/src/index.ts: imports ./client/index.ts: what all roles share holds no client',
    ])
  })

  it('finds a role built of the wrong role of another package', () => {
    const files = {
      ...root,
      'packages/oauth2/package.json': manifest('oauth2', {}, roles),
      'packages/oidc/package.json': manifest('oidc', depends('@authlib/oauth2'), roles),
      'packages/oidc/src/index.ts': `import '@authlib/oauth2'`,
      'packages/oidc/src/server/index.ts': `import '@authlib/oauth2/server'`,
      'packages/oidc/src/client/index.ts': `import '@authlib/oauth2/server'`,
    }
    expect(layers(workspace(files))).toEqual([
      'packages/oidc/src/client/index.ts: imports @authlib/oauth2/server into a client',
    ])
  })

  it('finds an arrow that points the other way, and an adapter that knows OAuth', () => {
    const files = {
      ...root,
      ...core,
      'packages/core/package.json': manifest('core', depends('@authlib/jose')),
      'packages/core/src/index.ts': `import '@authlib/jose'`,
      'packages/koa/package.json': manifest('koa', depends('@authlib/core', '@authlib/oauth2')),
      'packages/koa/src/index.ts': `import '@authlib/core'\nimport '@authlib/oauth2/server'`,
    }
    expect(layers(workspace(files))).toEqual([
      'packages/core/src/index.ts: imports @authlib/jose: that arrow points the other way',
      'packages/koa/src/index.ts: imports @authlib/oauth2: that arrow points the other way',
    ])
  })

  it('finds what is not declared, and a library outside its one package', () => {
    const files = {
      ...root,
      ...core,
      'packages/oauth2/package.json': manifest('oauth2', depends('jose')),
      'packages/oauth2/src/index.ts': `import '@authlib/core'\nimport 'jose'`,
      'packages/oauth2/src/index.test.ts': `import 'vitest'\nimport 'sinon'`,
    }
    expect(layers(workspace(files))).toEqual([
      'packages/oauth2/src/index.test.ts: imports sinon, which neither packages/oauth2/package.json nor the root declares',
      'packages/oauth2/src/index.ts: imports @authlib/core, which packages/oauth2/package.json does not declare',
      'packages/oauth2/src/index.ts: imports jose, which is for @authlib/jose',
    ])
  })

  it('finds Node.js in a neutral package, outside the file that a condition picks', () => {
    const imports = { '#runtime': { node: './dist/node.js', default: './dist/web.js' } }
    const files = {
      ...root,
      'packages/core/package.json': manifest('core', { imports }),
      'packages/core/src/index.ts': `import '#runtime'`,
      'packages/core/src/node.ts': `import './pool.ts'`,
      'packages/core/src/pool.ts': `import 'node:crypto'`,
      'packages/core/src/web.ts': `import 'node:crypto'`,
      'packages/sql/package.json': manifest('sql'),
      'packages/sql/src/index.ts': `import 'node:sqlite'`,
    }
    expect(layers(workspace(files))).toEqual([
      'packages/core/src/web.ts: imports node:crypto, and @authlib/core has to run everywhere',
    ])
  })

  it('finds a path out of the package', () => {
    const files = {
      ...root,
      ...core,
      'packages/node/package.json': manifest('node'),
      'packages/node/src/index.ts': `import '../../core/src/index.ts'`,
    }
    expect(layers(workspace(files))).toEqual([
      'packages/node/src/index.ts: imports ../../core/src/index.ts, which lies outside its package',
    ])
  })

  it.each<[string, string, string, string?]>([
    ['a contract imports no record', 'contract/plans.ts', '../records/session.ts', 'contract may not import records'],
    ['a record imports no kernel', 'records/session.ts', '../kernel/issue.ts', 'records may not import kernel'],
    ['a feature imports no kernel', 'features/dpop.ts', '../kernel/issue.ts', 'features may not import kernel'],
    ['a feature imports no other', 'features/dpop.ts', './revocation.ts', 'a feature imports no other'],
    ['a feature is several files', 'features/device-flow.ts', './device-page.ts'],
    ['a feature brings an endpoint along', 'features/dpop.ts', './token-endpoint.ts'],
    ['a feature imports records', 'features/dpop.ts', '../records/session.ts'],
    ['the kernel imports no feature', 'kernel/issue.ts', '../features/dpop.ts', 'kernel may not import features'],
    ['but its defaults do', 'kernel/defaults.ts', '../features/dpop.ts'],
    ['pages are a feature', 'interaction/redirect.ts', '../kernel/issue.ts', 'interaction may not import kernel'],
    ['nothing stands on the class', 'kernel/issue.ts', '../authorization-server.ts', 'which stands on every room'],
    [
      'what is in no room imports the contract alone',
      'page.ts',
      '../server/records/session.ts',
      'may import contract alone',
    ],
    ['the class stands on all', 'authorization-server.ts', './kernel/issue.ts'],
  ])('keeps the rooms of a server apart: %s', (_rule, file, specifier, fault) => {
    const target = new URL(specifier, `file:///packages/oauth2/src/server/${file}`).pathname.slice(1)
    const files = workspace({
      ...root,
      'packages/oauth2/package.json': manifest('oauth2'),
      'packages/oauth2/src/index.ts': `export {}`,
      [target]: `export {}`,
      [`packages/oauth2/src/server/${file}`]: `import '${specifier}'`,
    })
    const faults = layers(files).filter((line) => line.includes(file))
    expect(faults).toEqual(fault === undefined ? [] : [expect.stringContaining(fault)])
  })
})
