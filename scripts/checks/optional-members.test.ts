import { describe, expect, it } from 'vitest'
import { manifest, workspace } from './fixture.ts'
import { optionalMembers } from './optional-members.ts'

describe('optional members', () => {
  it('finds those that refuse undefined, in parameters of functions, constructors and methods', () => {
    const root = workspace({
      'tsconfig.base.json': {
        compilerOptions: { allowImportingTsExtensions: true, noEmit: true, types: [], strict: true },
      },
      'packages/a/package.json': manifest('a'),
      'packages/a/README.md': '`@authlib/a`',
      'packages/a/src/index.ts': `import type { Called, Options, Result } from './options.ts'
export * from './options.ts'
/** Makes. */
export function make(options: Options, more?: { c?: number }): Result { return { x: options.a } }
/** A thing. */
export class Thing { constructor(_: { readonly d?: string | undefined }) {} call(_: Called): void {} }`,
      'packages/a/src/options.ts': `export interface Options { a?: string; b?: string | undefined; nested?: Nested | undefined }
export interface Nested { readonly deep?: () => void }
export interface Called { e?: boolean }
export interface Result { x?: string | undefined; y?: string }`,
    })
    expect(optionalMembers(root)).toEqual([
      'packages/a/src/index.ts:4: make.c does not accept undefined',
      'packages/a/src/options.ts:1: Options.a does not accept undefined',
      'packages/a/src/options.ts:2: Nested.deep does not accept undefined',
      'packages/a/src/options.ts:3: Called.e does not accept undefined',
    ])
  })
})
