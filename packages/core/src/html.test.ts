import { expect, it } from 'vitest'
import { escapeHtml, htmlResponse } from './html.ts'

const policy = (options?: Parameters<typeof htmlResponse>[2]): string =>
  new Headers(htmlResponse(200, '', options).headers.map(([name, value]): [string, string] => [name, value])).get(
    'content-security-policy',
  )!

it('escapes what could end a string or an attribute', () => {
  expect(escapeHtml(`<a href='x' title="&">é`)).toBe('&#60;a href=&#39;x&#39; title=&#34;&#38;&#34;&#62;é')
})

it('answers with a page that cannot be framed, cached or made to load anything (RFC 9700 §4.16)', () => {
  const response = htmlResponse(403, '<p>no</p>', { headers: [['x-a', '1']] })
  expect([response.status, response.body]).toEqual([403, '<p>no</p>'])
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-a': '1',
  })
  expect(policy()).toContain("default-src 'none'")
  expect(policy()).toContain("frame-ancestors 'none'")
  expect(policy()).toContain("form-action 'self'")
  expect(policy()).not.toMatch(/script-src|style-src|unsafe/)
})

it.each(['script', 'style'])('takes a %s with the nonce only', (kind) => {
  expect(policy({ [`${kind}Nonce`]: 'YWJj' })).toContain(`; ${kind}-src 'nonce-YWJj'; form-action`)
  expect(() => policy({ [`${kind}Nonce`]: `x'; ${kind}-src *` })).toThrow(TypeError)
})

it('names the origin where a form may lead', () => {
  const formAction = ["'self'", 'https://c.example:8443/cb?a=1;b', 'http://[::1]:3000/cb', 'com.example.app://x/cb']
  expect(policy({ formAction })).toContain("form-action 'self' https://c.example:8443 http: com.example.app:;")
  expect(policy({ formAction: ['https://a;script-src/cb'] })).toContain('form-action https:;')
  expect(policy({ formAction: [] })).toContain("form-action 'none'")
  expect(policy({ frames: ['https://a.example/x', 'https://a.example/y'] })).toContain(
    '; frame-src https://a.example; ',
  )
  expect(policy()).not.toContain('frame-src')
  expect(policy({ formAction: 'any' })).not.toContain('form-action')
  expect(() => policy({ formAction: ['*'] })).toThrow(TypeError)
})
