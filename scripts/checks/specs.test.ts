import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { workspace } from './fixture.ts'
import { specIndex, specs } from './specs.ts'

const files = {
  'packages/a/src/revocation.ts': `/**\n * Token revocation.\n *\n * @spec RFC 7009 §2.1 §2\n * @spec RFC 6749 §2.3.1; OpenID Connect Core 1.0 §3.1.3.7\n */\nexport {}`,
  'packages/a/src/revocation.test.ts': [
    `import { describe, it } from 'vitest'`,
    `describe('revocation', () => {`,
    `  it.each([1])('refuses a token of another client (RFC 7009 §2.1), OIDC Discovery §4', () => {})`,
    `})`,
    `notATest('RFC 9700')`,
  ].join('\n'),
}

describe('specs', () => {
  it('lists files with sections and the tests that cite them', () => {
    const index = specIndex(workspace(files))
    expect(index).toContain(
      [
        '## [RFC 7009: OAuth 2.0 Token Revocation](https://www.rfc-editor.org/rfc/rfc7009)',
        'Carried out in',
        '- [packages/a/src/revocation.ts](packages/a/src/revocation.ts): §2 §2.1',
        'Cited by tests in',
        '- [packages/a/src/revocation.test.ts](packages/a/src/revocation.test.ts)',
      ].join('\n\n'),
    )
    expect(index).toContain('§3.1.3.7\n\nNo test cites it.')
    expect(index).toContain('## [OpenID Connect Discovery 1.0](https://openid.net/')
    expect(index).not.toContain('RFC 9700')
  })

  it('finds a stale index', () => {
    const root = workspace(files)
    expect(specs(root)).toEqual(['SPECS.md is stale: run `pnpm specs`'])
    writeFileSync(join(root, 'SPECS.md'), specIndex(root))
    expect(specs(root)).toEqual([])
    writeFileSync(join(root, 'packages/a/src/more.ts'), '/** @spec RFC 7662 */\nexport {}')
    expect(specs(root)).toEqual(['SPECS.md is stale: run `pnpm specs`'])
  })

  it('finds a tag that names no specification, and a test that cites one that does not exist', () => {
    const root = workspace({
      'packages/a/src/one.ts': `/** @spec RFC 70090 */\nexport {}`,
      'packages/a/src/two.ts': `/** @spec 6749 §4 */\nexport {}`,
      'packages/a/src/three.ts': `/** @spec RFC 6749 and more */\nexport {}`,
      'test/flows/code.test.ts': `it('redeems (RFC 67490 §1)', () => {})`,
    })
    writeFileSync(join(root, 'SPECS.md'), specIndex(root))
    const advice = 'is not a specification that scripts/specifications.ts knows, with sections'
    expect(specs(root)).toEqual([
      `packages/a/src/one.ts: @spec RFC 70090 ${advice}`,
      `packages/a/src/three.ts: @spec RFC 6749 and more ${advice}`,
      `packages/a/src/two.ts: @spec 6749 §4 ${advice}`,
      'test/flows/code.test.ts: a test cites RFC 67490, which scripts/specifications.ts does not know',
    ])
  })
})
