import { describe, expect, it } from 'vitest'
import { cycles, findCycles } from './cycles.ts'
import { manifest, workspace } from './fixture.ts'

describe('cycles', () => {
  it('finds a cycle of files, type imports included', () => {
    const root = workspace({
      'packages/a/package.json': manifest('a'),
      'packages/a/src/index.ts': `export * from './one.ts'`,
      'packages/a/src/one.ts': `import type { Two } from './two.ts'\nexport type One = Two`,
      'packages/a/src/two.ts': `export type Two = import('./one.ts').One`,
    })
    expect(cycles(root)).toEqual(['files: packages/a/src/one.ts → packages/a/src/two.ts → packages/a/src/one.ts'])
  })

  it('lets the types of a contract refer to each other, and no values', () => {
    const files = (two: string) => ({
      'packages/a/package.json': manifest('a'),
      'packages/a/src/index.ts': `export * from './contract/one.ts'`,
      'packages/a/src/contract/one.ts': `import type { Two } from './two.ts'\nexport type One = { two?: Two }\nexport const one = 1`,
      'packages/a/src/contract/two.ts': two,
    })
    const types = `import type { One } from './one.ts'\nexport type Two = { one?: One }`
    expect(cycles(workspace(files(types)))).toEqual([])
    const values = `import { one } from './one.ts'\nexport type Two = typeof one`
    expect(cycles(workspace(files(values)))).toEqual([])
    expect(
      cycles(
        workspace({ ...files(values), 'packages/a/src/contract/one.ts': `import './two.ts'\nexport const one = 1` }),
      ),
    ).toHaveLength(1)
  })

  it('finds a cycle through a dynamic import and a conditional one', () => {
    const root = workspace({
      'packages/a/package.json': manifest('a', {
        imports: { '#r': { node: './dist/node.js', default: './dist/web.js' } },
      }),
      'packages/a/src/index.ts': `export const run = () => import('#r')`,
      'packages/a/src/node.ts': `export {}`,
      'packages/a/src/web.ts': `export * from './index.ts'`,
    })
    expect(cycles(root)).toEqual(['files: packages/a/src/index.ts → packages/a/src/web.ts → packages/a/src/index.ts'])
  })

  it('finds a cycle of packages that no single file closes', () => {
    const root = workspace({
      'packages/a/package.json': manifest('a', {}, { '.': './src/index.ts', './more': './src/more.ts' }),
      'packages/a/src/index.ts': `export {}`,
      'packages/a/src/more.ts': `import '@authlib/b'`,
      'packages/b/package.json': manifest('b', { dependencies: { '@authlib/a': 'workspace:^' } }),
      'packages/b/src/index.ts': `export {}`,
    })
    expect(cycles(root)).toEqual(['packages: @authlib/a → @authlib/b → @authlib/a'])
  })

  it('lets tests and devDependencies look back', () => {
    const root = workspace({
      'packages/a/package.json': manifest('a', { devDependencies: { '@authlib/b': 'workspace:^' } }),
      'packages/a/src/index.ts': `export {}`,
      'packages/a/src/index.test.ts': `import '@authlib/b'`,
      'packages/b/package.json': manifest('b', { dependencies: { '@authlib/a': 'workspace:^' } }),
      'packages/b/src/index.ts': `import '@authlib/a'`,
    })
    expect(cycles(root)).toEqual([])
  })

  it('reports each tangle once, by its shortest way', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'a']],
      ['c', ['a']],
      ['d', ['d', 'a']],
    ])
    expect(findCycles(graph)).toEqual([
      ['a', 'b', 'a'],
      ['d', 'd'],
    ])
  })
})
