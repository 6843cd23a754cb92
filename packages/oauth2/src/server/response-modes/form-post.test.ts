import { describe, expect, it } from 'vitest'
import { authorizeUrl, Browser, fullServer, REDIRECT_URI } from '../../../test/journey.ts'
import { formPostMode } from './form-post.ts'

const posted = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, unescape(value)]),
  )

const unescape = (text: string): string =>
  text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))

describe('form_post', () => {
  const start = (): { browser: Browser } => {
    const { server } = fullServer()
    server.registerResponseMode(formPostMode)
    return { browser: new Browser(server) }
  }

  async function answer(params: Record<string, string>, decision = 'approve'): Promise<Response> {
    const { browser } = start()
    let response = await browser.open(authorizeUrl({ response_mode: 'form_post', ...params }))
    for (const form of [{ username: 'alice', password: 'alice' }, { decision }]) {
      const location = response.headers.get('location') ?? ''
      const interaction = new URL(location, 'http://localhost').searchParams.get('interaction') ?? ''
      response = await browser.open(location, { ...form, interaction })
    }
    return response
  }

  it('posts code, state and iss to the redirect URI (Form Post §2)', async () => {
    const response = await answer({ state: 'xyz' })
    expect(response.status).toBe(200)
    const html = await response.text()
    expect(html).toContain(`<form method="post" action="${REDIRECT_URI}"`)
    expect(posted(html)).toEqual({
      code: expect.stringMatching(/./) as string,
      state: 'xyz',
      iss: 'http://localhost:4000',
    })
  })

  it('posts errors too (Form Post §2)', async () => {
    expect(posted(await (await answer({}, 'deny')).text())).toMatchObject({ error: 'access_denied', state: 'xyz' })
  })

  it('posts an error of the request itself', async () => {
    const { browser } = start()
    const response = await browser.open(authorizeUrl({ response_mode: 'form_post', scope: 'admin' }))
    expect(posted(await response.text())).toMatchObject({ error: 'invalid_scope' })
  })

  it('escapes every value (A10)', async () => {
    const state = `"><script>alert(1)</script>&amp;'`
    const html = await (await answer({ state })).text()
    expect(html.match(/<script/g)).toHaveLength(1)
    expect(posted(html)['state']).toBe(state)
  })

  it('is never cached or framed, and runs no script but its own (A10)', async () => {
    const response = await answer({})
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(policy).toMatch(/default-src 'none'.*script-src 'nonce-[\w-]+'.*frame-ancestors 'none'/)
    expect(policy).not.toContain('unsafe')
    const [, nonce = ''] = /script-src 'nonce-([\w-]+)'/.exec(policy) ?? []
    expect(await response.text()).toContain(`<script nonce="${nonce}">`)
  })

  it('is advertised (RFC 8414 §2)', () => {
    const { server } = fullServer()
    expect(server.metadata().response_modes_supported).toEqual(['query', 'fragment'])
    const other = fullServer().server.registerResponseMode(formPostMode)
    expect(other.metadata().response_modes_supported).toEqual(['query', 'fragment', 'form_post'])
  })
})
