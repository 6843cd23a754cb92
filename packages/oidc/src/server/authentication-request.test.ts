import { generateKey, importKey, signJwt, staticKeys } from '@authlib/jose'
import {
  authorizationCodeGrant,
  codeChallenge,
  jwtAccessToken,
  requestObject,
  staticClients,
  type AuthorizationServer,
} from '@authlib/oauth2/server'
import { describe, expect, it } from 'vitest'
import {
  bareServer,
  Browser,
  ISSUER,
  manualClock,
  redeem,
  REDIRECT_URI,
  type TestClock,
} from '../../../oauth2/test/journey.ts'
import { authenticationUrl, claimsOf, logIn, OTHER_RP, provider, RP, testKeys, withToken } from '../../test/provider.ts'
import { openId } from './index.ts'

/** Where an authorization request leads: a page of ours, or what the client is told. */
async function outcome(browser: Browser, params: Record<string, string | undefined> = {}): Promise<string | null> {
  const location = (await browser.open(authenticationUrl(params))).headers.get('location') ?? ''
  if (!location.startsWith(REDIRECT_URI)) return new URL(location, ISSUER).pathname
  const answer = new URL(location).searchParams
  return answer.has('code') ? 'code' : answer.get('error')
}

/** A browser whose user, alice, logged in `age` seconds ago. */
async function loggedIn({ age = 10, scope = 'openid' } = {}): Promise<{
  server: AuthorizationServer
  browser: Browser
  clock: TestClock
  idToken: string
}> {
  const clock = manualClock()
  const { server } = await provider({ clock })
  const browser = new Browser(server)
  const { json } = await logIn(server, { scope }, { browser })
  clock.advance(age)
  return { server, browser, clock, idToken: String(json['id_token']) }
}

describe('prompt (Core §3.1.2.1, A13)', () => {
  it.each([
    [undefined, '/login', '/consent', 'code'],
    ['none', 'login_required', 'consent_required', 'code'],
    ['login', '/login', '/login', '/login'],
    ['consent', '/login', '/consent', '/consent'],
    ['select_account', '/login', '/login', '/login'],
    ['login consent', '/login', '/login', '/login'],
    ['', '/login', '/consent', 'code'],
  ])('%j: no one there, no consent yet, all known', async (prompt, nobody, noConsent, allKnown) => {
    const { server } = await provider()
    expect(await outcome(new Browser(server), { prompt })).toBe(nobody)
    expect(await outcome((await loggedIn({ scope: 'read' })).browser, { prompt })).toBe(noConsent)
    expect(await outcome((await loggedIn()).browser, { prompt })).toBe(allKnown)
  })

  it.each(['none login', 'none none consent', 'create', 'LOGIN', 'login  consent', 'login,consent'])(
    '%j is refused',
    async (prompt) => {
      expect(await outcome((await loggedIn()).browser, { prompt })).toBe('invalid_request')
    },
  )

  it('login gives a later auth_time (A14)', async () => {
    const { server, browser, clock, idToken } = await loggedIn({ age: 60 })
    const { json } = await logIn(server, { prompt: 'login' }, { browser })
    expect(claimsOf(json['id_token'])['auth_time']).toBe(clock())
    expect(claimsOf(idToken)['auth_time']).toBe(clock() - 60)
  })

  it('consent asks for everything again, and once', async () => {
    const { browser } = await loggedIn()
    const page = (await browser.open(authenticationUrl({ prompt: 'consent' }))).headers.get('location') ?? ''
    expect(await (await browser.open(page)).text()).toContain('name="scope" value="openid"')
    const interaction = new URL(page, ISSUER).searchParams.get('interaction') ?? ''
    const done = await browser.open(page, { interaction, decision: 'approve' })
    expect(done.headers.get('location')).toContain('code=')
  })
})

describe('prompt=create (OpenID Connect Prompt Create §4)', () => {
  it('is published and leads to the login page, where that can create accounts', async () => {
    const { server } = await provider({ openid: { accountCreation: true } })
    expect(server.metadata()).toMatchObject({
      prompt_values_supported: expect.arrayContaining(['create', 'login']) as unknown,
    })
    const browser = new Browser(server)
    expect(await outcome(browser, { prompt: 'create' })).toBe('/login')
    await logIn(server, {}, { browser })
    expect(await outcome(browser, { prompt: 'create' })).toBe('/login')
  })

  it.each<[prompt: unknown, result: string]>([
    ['create consent', '/login'],
    [['create', 'consent'], 'invalid_request'],
    ['create,consent', 'invalid_request'],
  ])('is one of several words in a request object, with spaces between: %j (§4.1)', async (prompt, result) => {
    const key = await generateKey('ES256')
    const { server } = await provider({
      openid: { accountCreation: true },
      clients: staticClients([{ ...RP, jwks: { keys: [key.publicJwk()] } } as never]),
    })
    server.register(requestObject())
    const params = Object.fromEntries(new URL(authenticationUrl()).searchParams)
    const claims = { ...params, prompt: prompt as string, iss: 'web', aud: ISSUER }
    const request = await signJwt(claims, key, { typ: 'oauth-authz-req+jwt', lifetime: 60 })
    expect(await outcome(new Browser(server), { request })).toBe(result)
  })
})

describe('max_age (Core §3.1.2.1, A14)', () => {
  it.each([
    ['0', '/login'],
    ['99', '/login'],
    ['100', 'code'],
    ['10000', 'code'],
    ['', 'code'],
    [undefined, 'code'],
    ['-1', 'invalid_request'],
    ['1.5', 'invalid_request'],
    ['1e3', 'invalid_request'],
    ['abc', 'invalid_request'],
    ['99999999999', 'invalid_request'],
  ])('%j with a login of 100 seconds ago: %s', async (maxAge, expected) => {
    expect(await outcome((await loggedIn({ age: 100 })).browser, { max_age: maxAge })).toBe(expected)
  })

  it('cannot be met under prompt=none by a login that is too old', async () => {
    expect(await outcome((await loggedIn({ age: 100 })).browser, { max_age: '1', prompt: 'none' })).toBe(
      'login_required',
    )
  })

  it('0 is met by logging in, and the ID Token says when', async () => {
    const { server, browser, clock } = await loggedIn({ age: 100 })
    const { json } = await logIn(server, { max_age: '0' }, { browser })
    expect(claimsOf(json['id_token'])['auth_time']).toBe(clock())
  })

  it('is default_max_age when the request has none (Registration §2)', async () => {
    const clock = manualClock()
    const { server } = await provider({ clock, clients: staticClients([{ ...RP, default_max_age: 50 }]) })
    const browser = new Browser(server)
    await logIn(server, {}, { browser })
    clock.advance(60)
    expect(await outcome(browser)).toBe('/login')
    expect(await outcome(browser, { max_age: '60' })).toBe('code')
  })
})

it('require_auth_time is met, as each ID Token says when the login was (Registration §2)', async () => {
  const { server } = await provider({ clients: staticClients([{ ...RP, require_auth_time: true }]) })
  const { json } = await logIn(server)
  expect(claimsOf(json['id_token'])['auth_time']).toBeTypeOf('number')
})

describe('id_token_hint (Core §3.1.2.1, A14)', () => {
  it('is accepted for the person who is logged in, also when it has expired (§3.1.2.2)', async () => {
    const { browser, idToken, clock } = await loggedIn()
    expect(await outcome(browser, { id_token_hint: idToken, prompt: 'none' })).toBe('code')
    clock.advance(2 * 3600)
    expect(await outcome(browser, { id_token_hint: idToken, prompt: 'none' })).toBe('code')
  })

  it('of another person asks for a login, and does not tell who is logged in', async () => {
    const { server, browser } = await loggedIn()
    const { json } = await logIn(server, {}, { user: 'bob' })
    const hint = String(json['id_token'])
    expect(await outcome(browser, { id_token_hint: hint, prompt: 'none' })).toBe('login_required')
    expect(await outcome(browser, { id_token_hint: hint })).toBe('/login')
    const answer = await browser.authorize({ scope: 'openid', id_token_hint: hint }, { user: 'bob' })
    expect(claimsOf((await redeem(server, answer.get('code') ?? '')).json['id_token']).sub).toBe('bob')
  })

  it('is not satisfied by logging in as the wrong person', async () => {
    const { server } = await loggedIn()
    const { json } = await logIn(server, {}, { user: 'bob' })
    const browser = new Browser(server)
    const params = { scope: 'openid', id_token_hint: String(json['id_token']) }
    await expect(browser.authorize(params, { user: 'alice' })).rejects.toThrow('does not end')
  })

  it.each([
    'nonsense',
    'a.b.c',
    'forged',
    'of another client',
    'an access token',
    'a userinfo response',
    'without a type',
  ])('is refused when it is %s', async (which) => {
    const keys = await testKeys()
    const clients = staticClients([{ ...RP, userinfo_signed_response_alg: 'ES256' }, OTHER_RP])
    const { server } = await provider({ clients })
    server.register(jwtAccessToken({ audience: 'web' }))
    const browser = new Browser(server)
    const { json } = await logIn(server, {}, { browser })
    const claims = claimsOf(json['id_token'])
    const foreign = await generateKey('ES256', { kid: (await keys.signingKey('ES256')).kid! })
    const hints: Record<string, () => Promise<string>> = {
      forged: () => signJwt(claims, foreign, { lifetime: null }),
      'of another client': async () => String((await logIn(server, {}, { client: OTHER_RP })).json['id_token']),
      'an access token': async () => String(json['access_token']),
      'a userinfo response': async () => (await withToken(server, '/userinfo', json['access_token'])).text(),
      'without a type': async () =>
        signJwt(claims, await importKey((await keys.signingKey()).privateJwk()), { typ: null, lifetime: null }),
    }
    const hint = (await hints[which]?.()) ?? which
    expect(hint).not.toBe('')
    expect(await outcome(browser, { id_token_hint: hint, prompt: 'none' })).toBe('invalid_request')
    expect(await outcome(browser, { id_token_hint: String(json['id_token']), prompt: 'none' })).toBe('code')
  })
})

describe('an authentication request', () => {
  it.each(['request', 'request_uri', 'registration'])(
    'with %s is refused by name, and nothing is fetched (A15, A16, Core §3.1.2.6)',
    async (name) => {
      expect(await outcome((await loggedIn()).browser, { [name]: 'https://app.example/r' })).toBe(
        `${name}_not_supported`,
      )
    },
  )

  it('needs redirect_uri, even with one registered (Core §3.1.2.1, A4)', async () => {
    const { browser } = await loggedIn({ scope: 'openid read' })
    expect(await outcome(browser, { redirect_uri: undefined })).toBe('invalid_request')
    expect(await outcome(browser, { redirect_uri: undefined, scope: 'read' })).toBe('code')
  })

  it('never fails for a wish, and shows it to the login page (Core §3.1.2.1)', async () => {
    const { server } = await provider()
    const browser = new Browser(server)
    const wishes = {
      acr_values: 'gold',
      login_hint: 'alice@mail.example',
      display: 'hologram',
      ui_locales: 'tlh',
      claims: '{}',
    }
    const page = (await browser.open(authenticationUrl(wishes))).headers.get('location') ?? ''
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const { request } = await server.interaction.resume(new Request(ISSUER + page, { headers: { cookie } }))
    expect(Object.keys(wishes).map((name) => request.params.get(name))).toEqual(Object.values(wishes))
    expect((await logIn(server, wishes)).status).toBe(200)
  })

  it.each([
    [{ id_token_signed_response_alg: 'PS256' }],
    [{ id_token_signed_response_alg: 'none' }],
    [{ id_token_signed_response_alg: 'HS256' }],
    [{ userinfo_signed_response_alg: 'ES512' }],
    [{ id_token_encrypted_response_alg: 'RSA-OAEP' }],
    [{ userinfo_encrypted_response_alg: 'RSA-OAEP' }],
    [{ subject_type: 'pairwise' }],
  ])(
    'of a client registered with %j is refused, as it would be answered otherwise (Registration §2)',
    async (member) => {
      const keys = staticKeys([await generateKey('ES256'), await generateKey('HS256')])
      const { server } = await provider({ keys, clients: staticClients([{ ...RP, ...member }]) })
      const response = await new Browser(server).open(authenticationUrl())
      const answer = new URL(response.headers.get('location') ?? '').searchParams
      expect(answer.get('error')).toBe('invalid_request')
      expect(answer.get('error_description')).toMatch(/^the client is registered for /)
    },
  )
})

describe('an application that answers by itself', () => {
  async function decide(params: Record<string, string>, age: number): Promise<string | null> {
    const clock = manualClock()
    const { server } = bareServer({ clock, keys: await testKeys(), clients: staticClients([RP]) })
    server.registerGrant(authorizationCodeGrant(), [codeChallenge()]).register(openId({ claims: () => ({}) }))
    const request = await server.validateAuthorizationRequest(new Request(authenticationUrl(params)))
    const decision = { subject: 'alice', authTime: clock() - age }
    const response = await server
      .createAuthorizationResponse(request, decision)
      .catch((error: unknown) => server.respond(error))
    const location = response.headers.find(([name]) => name === 'location')?.[1] ?? ''
    return new URL(location).searchParams.get('error')
  }

  it.each<[Record<string, string>, number, string | null]>([
    [{}, 1000, null],
    [{ prompt: 'none' }, 1000, null],
    [{ prompt: 'consent' }, 1000, null],
    [{ prompt: 'login' }, 1, 'login_required'],
    [{ prompt: 'select_account' }, 1, 'login_required'],
    [{ prompt: 'select_account' }, 0, null],
    [{ prompt: 'login' }, 0, null],
    [{ max_age: '10' }, 10, null],
    [{ max_age: '10' }, 11, 'login_required'],
  ])(
    'is held to what was demanded: %j with a login of %i seconds ago (Core §3.1.2.3)',
    async (params, age, expected) => {
      expect(await decide(params, age)).toBe(expected)
    },
  )

  it('cannot answer about another subject than that of the hint (Core §3.1.2.2)', async () => {
    const key = await (await testKeys()).signingKey()
    const claims = { iss: ISSUER, aud: 'web', iat: 1, exp: 2 }
    expect(await decide({ id_token_hint: await signJwt({ ...claims, sub: 'alice' }, key) }, 5)).toBeNull()
    expect(await decide({ id_token_hint: await signJwt({ ...claims, sub: 'bob' }, key) }, 5)).toBe('login_required')
  })
})
