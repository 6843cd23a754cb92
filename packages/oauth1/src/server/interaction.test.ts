import { apiSession } from '../client/index.ts'
import type { HttpRequest, HttpResponse } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { CALLBACK, CLIENT, getRequest, locationOf, ORIGIN, PIN, world } from '../../test/journey.ts'
import { staticClients, type OAuth1Login } from './index.ts'

/** A browser with a cookie jar, in front of a server with pages. */
function browser({ session, skipConsent = false }: { session?: OAuth1Login; skipConsent?: boolean } = {}) {
  const cookies = new Map<string, string>()
  const clients = staticClients([{ ...CLIENT, skipConsent }, PIN])
  const pages = { login: '/login', consent: '/consent', session: () => session ?? null }
  const one = world({ clients, pages })
  const request = (url: string, form?: Record<string, string>): HttpRequest => ({
    method: form ? 'POST' : 'GET',
    url,
    headers: new Headers({
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      'content-type': 'application/x-www-form-urlencoded',
    }),
    text: async () => new URLSearchParams(form).toString(),
  })
  const keep = (response: HttpResponse): HttpResponse => {
    for (const [name, value] of response.headers) {
      if (name !== 'set-cookie') continue
      const [, key = '', text = ''] = /^([^=]+)=([^;]*)/.exec(value) ?? []
      if (key !== '') cookies.set(key, text)
    }
    return response
  }
  const begin = async () => {
    const client = one.client()
    const { url, login } = await client.createAuthorization({ redirectUri: CALLBACK })
    return { client, login, response: keep(await one.server.handle(request(url))) }
  }
  const resume = (url: string) => one.server.interaction.resume(request(url))
  const post = (url: string) =>
    one.server.interaction.resume(
      request('/page', { interaction: new URL(url, ORIGIN).searchParams.get('interaction') ?? '' }),
    )
  return { one, cookies, begin, resume, post, keep, request }
}

describe('login and consent on pages of the application', () => {
  it('A1-16: goes from login to consent and back to the client', async () => {
    const { begin, resume, post, keep, cookies } = browser()
    const { client, login, response } = await begin()
    expect(response.status).toBe(303)
    expect(locationOf(response)).toMatch(/^\/login\?interaction=/)
    expect([...cookies.keys()]).toEqual(['__Host-authlib_oauth1'])
    const page = await resume(locationOf(response))
    expect(page).toMatchObject({
      login: null,
      realms: ['photos', 'mail'],
      callback: CALLBACK,
      client: { clientId: 'web' },
    })
    const consent = keep(await (await post(locationOf(response))).loggedIn({ subject: 'ann' }))
    expect(locationOf(consent)).toMatch(/^\/consent\?interaction=/)
    const pending = await post(locationOf(consent))
    expect(pending.login).toEqual({ subject: 'ann' })
    const answer = await pending.approve({ realms: ['mail'] })
    expect(await pending.approve({ realms: ['mail'] })).toEqual(answer) // a double click
    const { token } = await client.finishAuthorization(locationOf(answer), login)
    expect(await (await apiSession(client, { token }).fetch('/who')).json()).toMatchObject({
      subject: 'ann',
      realms: ['mail'],
    })
  })

  it('goes straight to consent with a session, and back to the client where no consent is asked for', async () => {
    const first = await browser({ session: { subject: 'ann' } }).begin()
    expect(locationOf(first.response)).toMatch(/^\/consent\?/)
    const second = await browser({ session: { subject: 'ann' }, skipConsent: true }).begin()
    expect(locationOf(second.response)).toContain('oauth_verifier=')
  })

  it('tells the client of a refusal', async () => {
    const { begin, post } = browser()
    const { response } = await begin()
    const denied = await (await post(locationOf(response))).deny()
    expect(locationOf(denied)).toContain('error=access_denied')
  })

  it('goes back to the login when consent comes without one', async () => {
    const { begin, post } = browser()
    const { response } = await begin()
    expect(locationOf(await (await post(locationOf(response))).approve())).toMatch(/^\/login\?/)
  })

  it('opens a handle in its own browser only, and for ten minutes', async () => {
    const { begin, resume, one } = browser()
    const { response } = await begin()
    const handle = locationOf(response)
    await expect(one.server.interaction.resume(getRequest(handle))).rejects.toMatchObject({ code: 'invalid_request' })
    const other = browser()
    await other.begin()
    await expect(other.resume(handle)).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(resume('/login?interaction=x')).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(resume('/login')).rejects.toMatchObject({ code: 'invalid_request' })
    one.clock.advance(600)
    await expect(resume(handle)).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('shows a page for a request that it does not know, without text of the caller', async () => {
    const { one, request } = browser()
    const response = await one.server.handle(request('/oauth1/authorize?oauth_token=%3Cscript%3E'))
    expect(response.status).toBe(400)
    expect(response.body).toContain('This request cannot be continued')
    expect(response.body).not.toContain('<script>')
    expect(one.events.at(-1)).toMatchObject({ type: 'request.refused', error: 'invalid_request' })
  })
})
