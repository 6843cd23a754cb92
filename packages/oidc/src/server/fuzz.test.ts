/** Good requests, broken at random: never a 5xx, never a crash, never a redirect to where no one is registered. */

import { bearer } from '@authlib/oauth2/resource'
import type { AuthEvent, AuthorizationServer } from '@authlib/oauth2/server'
import { describe, expect, it } from 'vitest'
import { basic, Browser, ISSUER, obtainCode, redeem, REDIRECT_URI, VERIFIER } from '../../../oauth2/test/journey.ts'
import { authenticationUrl, logIn, provider, RP } from '../../test/provider.ts'

interface Sent {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const ROUNDS = 5_000
const NASTY = [
  '\0',
  '%',
  '%zz',
  '%00',
  '%ff',
  '&',
  '=',
  '+',
  '"',
  '<',
  '\\',
  '../',
  '\r\n',
  '💥',
  '\ud800',
  '__proto__',
]

describe('broken requests (X7)', () => {
  it('get a 4xx, or go where they belong, all of them', { timeout: 60_000 }, async () => {
    const { server, events, good } = await recorded()
    const random = randomFrom(20_260_711)
    for (let round = 0; round < ROUNDS; round++) {
      const sent = broken(good[random(good.length)]!, random)
      const { status, headers } = await server.handle({
        ...sent,
        headers: { get: (name) => sent.headers[name] ?? null },
        text: () => Promise.resolve(sent.body),
      })
      const location = headers.find(([name]) => name === 'location')?.[1] ?? REDIRECT_URI
      const odd = headers.filter(([, value]) => !/^[\x20-\x7e]*$/.test(value))
      const fine =
        status < 500 && /^(https:\/\/app\.example\/cb|\/login\?|\/consent\?)/.test(location) && odd.length === 0
      expect(fine ? null : { sent, status, headers }).toBeNull()
    }
    expect(events.filter(({ type }) => type === 'server.error')).toEqual([])
  })
})

/** A provider in use, and a good request for every endpoint of it. */
async function recorded(): Promise<{ server: AuthorizationServer; events: AuthEvent[]; good: Sent[] }> {
  const { server, events } = await provider({ openid: { schemes: [bearer({ insecureFormBody: true })] } })
  const browser = new Browser(server)
  const { json } = await logIn(server, { scope: 'openid profile offline_access' }, { browser })
  const [access, refresh, idToken] = ['access_token', 'refresh_token', 'id_token'].map((name) => json[name] as string)
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const consent = (await browser.open(authenticationUrl({ prompt: 'consent' }))).headers.get('location') ?? ''
  const code = await obtainCode(server, { scope: 'openid' })
  await redeem(server, code)
  const authorize = authenticationUrl({ prompt: 'none', max_age: '100', id_token_hint: idToken }).slice(ISSUER.length)
  const redemption = { grant_type: 'authorization_code', code, code_verifier: VERIFIER, redirect_uri: REDIRECT_URI }

  const get = (url: string, headers: Record<string, string>): Sent => ({ method: 'GET', url, headers, body: '' })
  const post = (url: string, headers: Record<string, string>, form: Record<string, string> | string): Sent => ({
    method: 'POST',
    url,
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
  const client = { authorization: basic(RP) }
  const good = [
    get(authorize, { cookie }),
    post('/authorize', { cookie }, authorize.split('?')[1]!),
    get(consent, { cookie }),
    post(consent, { cookie }, `${consent.split('?')[1]}&decision=approve`),
    post('/token', client, redemption),
    post('/token', client, { grant_type: 'refresh_token', refresh_token: refresh!, scope: 'openid' }),
    post('/token', client, { grant_type: 'client_credentials', scope: 'read' }),
    post('/token', {}, { grant_type: 'client_credentials', client_id: 'web', client_secret: 'x' }),
    post('/introspect', client, { token: access!, token_type_hint: 'access_token' }),
    post('/revoke', client, { token: `x${access}` }),
    get('/userinfo', { authorization: `Bearer ${access}` }),
    post('/userinfo', {}, { access_token: access! }),
  ]
  return { server, events, good }
}

/** One to three faults in the header fields, the query or the body. */
function broken(sent: Sent, random: (below: number) => number): Sent {
  const headers = { ...sent.headers }
  const [path, query] = sent.url.split('?') as [string, string?]
  let [search, body] = [query ?? '', sent.body]
  const damaged = (text: string): string => {
    const at = random(text.length + 1)
    const length = random(6) === 0 ? random(text.length + 1) : random(3)
    return text.slice(0, at) + NASTY[random(NASTY.length)]! + text.slice(at + length)
  }
  for (let faults = 1 + random(3); faults > 0; faults--) {
    const name = Object.keys(headers)[random(Object.keys(headers).length)]!
    const part = random(4)
    if (part === 0) headers[name] = damaged(headers[name]!)
    else if (part === 1) search = damaged(search)
    else body = damaged(body)
  }
  return { method: sent.method, url: `${path}?${search}`, headers, body }
}

/** Whole numbers that are the same in every run (xorshift32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}
