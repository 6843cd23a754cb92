import { describe, expect, it } from 'vitest'
import { manifest, workspace } from './fixture.ts'
import { packages } from './packages.ts'

const files = {
  'package.json': { name: 'root', private: true },
  'pnpm-workspace.yaml': 'packages: [packages/*]\npmOnFail: ignore\n',
  'packages/a/src/index.ts': 'export const a = 1',
  'packages/a/dist/index.js': 'export const a = 1',
  'packages/a/dist/index.d.ts': 'export declare const a = 1',
}

describe('packages', () => {
  it('passes one that a stranger can use', async () => {
    const root = workspace({ ...files, 'packages/a/package.json': manifest('a', { version: '1.0.0' }) })
    expect(await packages(root)).toEqual([])
  })

  it('finds an entry that was not built, and one that cannot be loaded', async () => {
    const broken = {
      'packages/a/package.json': manifest('a', { version: '1.0.0' }, { '.': './src/index.ts', './b': './src/b.ts' }),
      'packages/a/src/b.ts': 'export const b = 1',
      'packages/a/dist/index.js': `import 'undeclared'\nexport const a = 1`,
    }
    const [publint, attw, install] = await packages(workspace({ ...files, ...broken }))
    expect(publint).toContain('@authlib/a: publint')
    expect(publint).toContain('./dist/b.js')
    expect(attw).toContain('@authlib/a: attw')
    expect(install).toContain('@authlib/a: install')
    expect(install).toContain('undeclared')
  })
})
