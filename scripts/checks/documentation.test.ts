import { describe, expect, it } from 'vitest'
import { documentation } from './documentation.ts'
import { manifest, workspace } from './fixture.ts'

const base = {
  'tsconfig.base.json': { compilerOptions: { allowImportingTsExtensions: true, noEmit: true, types: [] } },
}

describe('documentation', () => {
  it('finds an exported symbol without a doc comment, where it is declared', () => {
    const root = workspace({
      ...base,
      'packages/a/package.json': manifest('a'),
      'packages/a/README.md': '`@authlib/a`',
      'packages/a/src/index.ts': `export * from './things.ts'\nexport { inner as outer } from './more.ts'`,
      'packages/a/src/things.ts': `/** Said. */\nexport type Said = 1\n\nexport interface Unsaid {}\nexport interface SaidOptions {}\ninterface Hidden {}\n// no doc\nexport const loud = 1`,
      'packages/a/src/more.ts': `export function inner() {}`,
    })
    expect(documentation(root)).toEqual([
      'packages/a/src/more.ts:1: outer has no doc comment',
      'packages/a/src/things.ts:4: Unsaid has no doc comment',
      'packages/a/src/things.ts:8: loud has no doc comment',
    ])
  })

  it('finds a starting point without an example', () => {
    const root = workspace({
      ...base,
      'packages/a/package.json': manifest('a'),
      'packages/a/README.md': '`@authlib/a`',
      'packages/a/src/index.ts': `/** Signs. */
export function signJwt() {}
/**
 * Verifies.
 *
 * @example
 * verifyJwt()
 */
export function verifyJwt() {}`,
    })
    expect(documentation(root)).toEqual(['packages/a/src/index.ts: signJwt has no @example'])
  })

  it('takes no tag for a description', () => {
    const root = workspace({
      ...base,
      'packages/a/package.json': manifest('a'),
      'packages/a/README.md': '`@authlib/a`',
      'packages/a/src/index.ts': `/** @spec RFC 6749 */\nexport const tagged = 1`,
    })
    expect(documentation(root)).toEqual(['packages/a/src/index.ts:2: tagged has no doc comment'])
  })

  it('finds a subpath that the API reference leaves out', () => {
    const files = {
      ...base,
      'packages/a/package.json': manifest('a', {}, { '.': './src/index.ts', './x': './src/x.ts' }),
      'packages/a/README.md': '`@authlib/a` and `@authlib/a/x`',
      'packages/a/src/index.ts': 'export {}',
      'packages/a/src/x.ts': 'export {}',
    }
    expect(documentation(workspace(files))).toEqual(['packages/a/typedoc.json leaves out @authlib/a/x'])
    const entryPoints = ['src/index.ts', 'src/x.ts']
    expect(documentation(workspace({ ...files, 'packages/a/typedoc.json': { entryPoints } }))).toEqual([])
  })

  it('finds a subpath that the README does not show, and a README that is missing', () => {
    const root = workspace({
      ...base,
      'packages/a/package.json': manifest(
        'a',
        {},
        { '.': './src/index.ts', './x': './src/x.ts', './x-y': './src/x.ts' },
      ),
      'packages/a/README.md': `import '@authlib/a/x-y'`,
      'packages/a/typedoc.json': { entryPoints: ['src/index.ts', 'src/x.ts'] },
      'packages/a/src/index.ts': 'export {}',
      'packages/a/src/x.ts': 'export {}',
      'packages/b/package.json': manifest('b'),
      'packages/b/src/index.ts': 'export {}',
    })
    expect(documentation(root)).toEqual([
      'packages/a/README.md does not mention @authlib/a',
      'packages/a/README.md does not mention @authlib/a/x',
      'packages/b/README.md is missing',
    ])
  })
})
