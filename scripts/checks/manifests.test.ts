import { describe, expect, it } from 'vitest'
import { manifest, workspace } from './fixture.ts'
import { manifests } from './manifests.ts'

const index = { 'packages/a/src/index.ts': 'export {}' }

describe('manifests', () => {
  it('passes a sound one', () => {
    expect(manifests(workspace({ ...index, 'packages/a/package.json': manifest('a') }))).toEqual([])
  })

  it('finds an entry whose source does not exist', () => {
    expect(manifests(workspace({ 'packages/a/package.json': manifest('a') }))).toEqual([
      'packages/a: exports["."] has no source: ./src/index.ts',
    ])
  })

  it('finds an entry that is built from another file than it says', () => {
    const target = { '@authlib/source': './src/index.ts', types: './dist/other.d.ts', default: './dist/index.js' }
    const { '@authlib/source': _source, ...published } = target
    const meta = { './package.json': './package.json' }
    const changes = {
      exports: { '.': target, ...meta },
      publishConfig: { access: 'public', exports: { '.': published, ...meta } },
    }
    expect(manifests(workspace({ ...index, 'packages/a/package.json': manifest('a', changes) }))).toEqual([
      'packages/a: exports["."] is not {"@authlib/source":"./src/index.ts","types":"./dist/index.d.ts","default":"./dist/index.js"}',
    ])
  })

  it('finds a published entry that differs', () => {
    const changes = { publishConfig: { access: 'public', exports: {} } }
    expect(manifests(workspace({ ...index, 'packages/a/package.json': manifest('a', changes) }))).toEqual([
      'packages/a: publishConfig.exports is not exports without the source condition',
    ])
  })

  it('finds a conditional import that is built from another file, or from none', () => {
    const sources = { node: './src/index.ts', default: './src/web.ts' }
    const imports = { '#r': { '@authlib/source': sources, node: './dist/index.js', default: './dist/index.js' } }
    expect(manifests(workspace({ ...index, 'packages/a/package.json': manifest('a', { imports }) }))).toEqual([
      'packages/a: imports["#r"] is not built from what its @authlib/source says',
      'packages/a: imports["#r"] has no source: ./src/web.ts',
    ])
  })

  it('finds fields that are missing or different', () => {
    const changes = { license: 'MIT', description: undefined, files: ['dist', '!**/*.test.ts', 'data'] }
    expect(manifests(workspace({ ...index, 'packages/a/package.json': manifest('a', changes) }))).toEqual([
      'packages/a: license is not "BSD-3-Clause"',
      'packages/a: files lacks src',
      'packages/a: description is missing',
    ])
  })

  it('finds a dependency that comes along with a package unasked', () => {
    const changes = { dependencies: { '@authlib/core': 'workspace:^', ky: '^1', lodash: '^4' } }
    const files = { 'packages/oauth1/src/index.ts': 'export {}', ...index }
    const of = (name: string) => ({ [`packages/${name}/package.json`]: manifest(name, changes) })
    expect(manifests(workspace({ ...files, ...of('a'), ...of('oauth1') }))).toEqual([
      'packages/a: ky must not be a dependency',
      'packages/a: lodash must not be a dependency',
      'packages/oauth1: lodash must not be a dependency',
    ])
  })

  it('finds a test script whose last command is not Vitest, which would get the reporters of CI', () => {
    const scripts = { 'test:bun': 'vitest run && bun test x.mjs', 'test:node': 'node a.mjs && vitest run --project x' }
    const files = { ...index, 'packages/a/package.json': manifest('a'), 'package.json': { scripts } }
    expect(manifests(workspace(files))).toEqual(['script test:bun does not end in vitest run'])
  })
})
