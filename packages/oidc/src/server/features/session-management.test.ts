import { createHash } from 'node:crypto'
import { staticClients } from '@authlib/oauth2/server'
import { describe, expect, it } from 'vitest'
import { Browser, ISSUER, REDIRECT_URI } from '../../../../oauth2/test/journey.ts'
import { authenticationUrl, OTHER_RP, provider, RP } from '../../../test/provider.ts'
import { rpInitiatedLogout } from './rp-initiated-logout.ts'
import { endBrowserState, sessionManagement } from './session-management.ts'

const COOKIE = 'authlib_browser_state'

async function start() {
  const { server } = await provider({ clients: staticClients([RP, OTHER_RP]) })
  server.register(rpInitiatedLogout(), sessionManagement())
  return { server, browser: new Browser(server) }
}

/** What the frame of the provider calculates. */
function stateOf(clientId: string, cookie: string, salt: string): string {
  const text = [clientId, new URL(REDIRECT_URI).origin, cookie, salt].join(' ')
  return `${createHash('sha256').update(text).digest('base64url')}.${salt}`
}

describe('the session state', () => {
  it('is in the response, and the frame finds it again from the cookie (Session Management §2, §3.2)', async () => {
    const { browser } = await start()
    const state = (await browser.authorize({ scope: 'openid' })).get('session_state') ?? ''
    const [, salt = ''] = state.split('.')
    expect(state).toBe(stateOf('web', browser.cookies.get(COOKIE) ?? '', salt))
    expect(state).not.toContain(' ') // §2
  })

  it('is another one for each response and each client, of one browser state (Session Management §3.2)', async () => {
    const { browser } = await start()
    const first = (await browser.authorize({ scope: 'openid' })).get('session_state')
    const cookie = browser.cookies.get(COOKIE)
    const second = (await browser.authorize({ scope: 'openid' })).get('session_state')
    const other = (await browser.authorize({ scope: 'openid', client_id: 'other' })).get('session_state')
    expect(new Set([first, second, other]).size).toBe(3)
    expect(browser.cookies.get(COOKIE)).toBe(cookie)
  })

  it('changes with another login', async () => {
    const { browser } = await start()
    await browser.authorize({ scope: 'openid' })
    const cookie = browser.cookies.get(COOKIE)
    await browser.authorize({ scope: 'openid', prompt: 'login' }, { user: 'bob' })
    expect(browser.cookies.get(COOKIE)).not.toBe(cookie)
  })

  it('is not given without openid: there is no login to watch', async () => {
    const { browser } = await start()
    expect((await browser.authorize({ scope: 'read' })).has('session_state')).toBe(false)
    expect(browser.cookies.has(COOKIE)).toBe(false)
  })

  it('ends with the session of the browser (Session Management §3.2)', async () => {
    const { server, browser } = await start()
    await browser.authorize({ scope: 'openid' })
    const page = await (await browser.open(`${ISSUER}/end_session`)).text()
    const confirm = /name="confirm" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const out = await browser.open(`${ISSUER}/end_session`, { confirm, decision: 'log_out' })
    const cookies = out.headers.getSetCookie()
    expect(cookies.some((one) => one.startsWith(`${COOKIE}=;`) && one.includes('Max-Age=0'))).toBe(true)
    expect(endBrowserState(server)[1]).toContain('Max-Age=0')
  })

  it('survives a login that needs no page (prompt=none)', async () => {
    const { browser } = await start()
    await browser.authorize({ scope: 'openid' })
    const again = await browser.open(authenticationUrl({ prompt: 'none' }))
    expect(new URL(again.headers.get('location') ?? '').searchParams.has('session_state')).toBe(true)
  })
})

describe('the page of the provider', () => {
  it('is published, and may be shown in frames of every site (Session Management §3.3)', async () => {
    const { server } = await start()
    const url = `${ISSUER}/check_session`
    expect(server.metadata()['check_session_iframe']).toBe(url)
    const page = await server.fetch(new Request(url))
    expect(page.headers.get('x-frame-options')).toBeNull()
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'nonce-[\w-]+'; base-uri 'none'$/,
    )
    expect(page.headers.getSetCookie()).toEqual([])
  })
})
