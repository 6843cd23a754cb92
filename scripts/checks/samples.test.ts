import { describe, expect, it } from 'vitest'
import { workspace } from './fixture.ts'
import { samples } from './samples.ts'

const base = { 'tsconfig.base.json': { compilerOptions: { strict: true, noEmit: true, moduleDetection: 'force' } } }

describe('samples', () => {
  it('finds a sample that does not compile, by its line', () => {
    const root = workspace({
      ...base,
      'README.md': 'Text\n\n```ts\nconst good = 1\n```\n\n```ts\nconst fine = 1\nconst bad: string = fine\n```\n',
      'packages/a/README.md': '```ts\nconst good = )\n```\n\n```sh\nnpm install\n```\n',
    })
    expect(samples(root)).toEqual([
      "README.md:9: Type 'number' is not assignable to type 'string'.",
      'packages/a/README.md:2: Expression expected.',
    ])
  })
})
