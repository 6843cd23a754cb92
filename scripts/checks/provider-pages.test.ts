import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { workspace } from './fixture.ts'
import { PAGES, pagesOf, providerPages } from './provider-pages.ts'

const preset = `export const examplePreset = {
  name: 'example',
  title: 'Example',
  protocol: 'oauth2',
  pkce: 'none',
  scope: ['read'],
  offline: { params: { access: 'offline' }, scope: ['offline'] },
  profile: { sub: 'id', email: 'mail' },
}

export interface ExampleOptions {
  /** The tenant. */
  readonly tenant: string
  /** The shop. */
  readonly shop?: string
}

/**
 * Log in with Example.
 *
 * - Tokens live for
 *   a day.
 *
 * @see [Register an application](https://example.com/apps)
 * @see [Documentation](https://example.com/docs)
 */
export const example = () => examplePreset`

const write = (root: string, name: string, text: string): void => {
  mkdirSync(join(root, PAGES), { recursive: true })
  writeFileSync(join(root, PAGES, name), text)
}

it('makes a page of the data, the options and the comment', () => {
  const root = workspace({ 'packages/providers/src/presets/example.ts': preset })
  const pages = pagesOf(root)
  expect([...pages.keys()]).toEqual(['index.md', 'example.md'])
  expect(pages.get('index.md')).toContain('- [Example](./example): `example`')
  for (const text of [
    '[Register your application](https://example.com/apps)',
    'example({ clientId, clientSecret, tenant })',
    '- `tenant`: The tenant.\n- `shop`: The shop.',
    'By default `read`.',
    '`offline: true` asks for one, with `access=offline` and the scope `offline`.',
    'so there is no `email_verified`',
    '- PKCE is not used; state is.\n- Tokens live for a day.',
  ]) {
    expect(pages.get('example.md')).toContain(text)
  }
})

it('finds pages that are stale, missing or left over', () => {
  const root = workspace({ 'packages/providers/src/presets/example.ts': preset })
  const pages = pagesOf(root)
  write(root, 'index.md', pages.get('index.md')!)
  expect(providerPages(root)).toEqual([`${PAGES}/example.md is stale: run \`pnpm specs\``])
  write(root, 'example.md', pages.get('example.md')!)
  expect(providerPages(root)).toEqual([])
  write(root, 'gone.md', '# Gone')
  expect(providerPages(root)).toEqual([`${PAGES}/gone.md belongs to no preset`])
})

it('refuses a preset without its links', () => {
  const root = workspace({ 'packages/providers/src/presets/example.ts': preset.replace('[Documentation]', '') })
  expect(() => pagesOf(root)).toThrow('example.ts has no `@see [Documentation](https://…)`')
})

it('refuses a preset that is code', () => {
  const root = workspace({ 'packages/providers/src/presets/example.ts': preset.replace("['read']", 'scopes()') })
  expect(() => pagesOf(root)).toThrow('a preset is data, and scopes() is code')
})
