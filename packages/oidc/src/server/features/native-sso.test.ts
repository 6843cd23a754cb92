import {
  authorizationCodeGrant,
  clientCredentialsGrant,
  codeChallenge,
  developmentPages,
  refreshTokenGrant,
  rememberConsent,
  revocationEndpoint,
  staticClients,
  TOKEN_EXCHANGE,
  tokenExchangeGrant,
  type AuthorizationServer,
  type Registrable,
} from '@authlib/oauth2/server'
import { OAuth2ClientError } from '@authlib/oauth2/client'
import { generateKey, signJwt } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import {
  bareServer,
  Browser,
  ISSUER,
  manualClock,
  post,
  refresh,
  WEB,
  type Answer,
} from '../../../../oauth2/test/journey.ts'
import { claimsOf, logIn, PUBLIC_RP, RP, testKeys } from '../../../test/provider.ts'
import {
  experimentalDeviceSecrets,
  experimentalNativeSso as clientNativeSso,
  OpenIDClient,
} from '../../client/index.ts'
import {
  experimentalNativeSso,
  DEVICE_SECRET,
  openId,
  pairwiseSubjects,
  rpInitiatedLogout,
  type NativeSsoRequest,
} from '../index.ts'

const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token'
const SCOPE = 'openid profile offline_access device_sso'
const LOGIN = { scope: 'openid offline_access device_sso' }

const MAIL = { ...RP, scope: SCOPE }
const CALENDAR = {
  ...MAIL,
  client_id: 'calendar',
  client_secret: 'calendar-secret-calendar-secret',
  grant_types: [TOKEN_EXCHANGE, 'refresh_token', 'authorization_code'],
  trust: { skipConsent: true },
}
const NOTES = { ...CALENDAR, client_id: 'notes', trust: {} }
const PHONE = {
  ...PUBLIC_RP,
  client_id: 'phone',
  application_type: 'native' as const,
  grant_types: [TOKEN_EXCHANGE],
  scope: SCOPE,
}

interface Made {
  readonly server: AuthorizationServer
  readonly clock: ReturnType<typeof manualClock>
  readonly asked: NativeSsoRequest[]
}

async function start(allows = true, extra: readonly Registrable[] = [], tokenPrefix?: string): Promise<Made> {
  const clock = manualClock()
  const asked: NativeSsoRequest[] = []
  const { server } = bareServer({
    clock,
    keys: await testKeys(),
    tokenPrefix,
    clients: staticClients([MAIL, CALENDAR, NOTES, PHONE]),
  })
  server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .register(refreshTokenGrant(), revocationEndpoint(), tokenExchangeGrant({ allow: () => false }))
    .register(openId({ claims: () => ({ name: 'Alice' }) }), rpInitiatedLogout())
    .register(developmentPages({ users: [{ username: 'alice' }, { username: 'bob' }], sessionLifetime: 3600 }))
    .register(
      experimentalNativeSso({ allow: (request) => asked.push(request) > 0 && allows, lifetime: 86_400 }),
      ...extra,
    )
  return { server, clock, asked }
}

function exchange(
  { server }: Made,
  { id_token, device_secret }: Readonly<Record<string, unknown>>,
  changes: Readonly<Record<string, string | undefined>> = {},
  client: typeof MAIL = CALENDAR,
): Promise<Answer> {
  const form: Readonly<Record<string, string | undefined>> = {
    grant_type: TOKEN_EXCHANGE,
    audience: ISSUER,
    subject_token: String(id_token),
    subject_token_type: ID_TOKEN,
    actor_token: String(device_secret),
    actor_token_type: DEVICE_SECRET,
    ...changes,
  }
  const sent = Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return post(server, '/token', Object.fromEntries(sent), client)
}

describe('a device secret', () => {
  it('comes with the code for the scope device_sso, bound to the ID Token (OpenID Connect Native SSO §3.1, §3.3, §3.4.1, §3.4.2)', async () => {
    const made = await start()
    const { json } = await logIn(made.server, LOGIN)
    expect(json['device_secret']).toMatch(/^ds_/)
    expect(claimsOf(json['id_token'])).toMatchObject({ ds_hash: expect.any(String), sid: expect.any(String) })
    expect(JSON.stringify(claimsOf(json['id_token']))).not.toContain(json['device_secret'])
  })

  it.each([['openid offline_access'], ['offline_access device_sso']])(
    'is not issued for %s (OpenID Connect Native SSO §3.4)',
    async (scope) => {
      const made = await start()
      const { json } = await logIn(made.server, { scope })
      expect(json).not.toHaveProperty('device_secret')
      if (json['id_token'] !== undefined) expect(claimsOf(json['id_token'])).not.toHaveProperty('ds_hash')
    },
  )

  it('is answered unchanged to a refresh that sends it, with an ID Token (OpenID Connect Native SSO §3.3, §3.4.3)', async () => {
    const { server } = await start()
    const { json: first } = await logIn(server, LOGIN)
    const secret = String(first['device_secret'])
    const { json } = await refresh(server, first['refresh_token'], MAIL, { device_secret: secret })
    expect(json['device_secret']).toBe(secret)
    expect(claimsOf(json['id_token'])['sid']).toBe(claimsOf(first['id_token'])['sid'])
  })

  it.each([['none'], ['one that is no secret'], ['ds_AAAAAAAAAAAAAAAAAAAAAA.x.y']])(
    'is new for a refresh that sends %s, and the one before is over (OpenID Connect Native SSO §3.4, §3.4.3)',
    async (sent) => {
      const made = await start()
      const { json: first } = await logIn(made.server, LOGIN)
      const { json } = await refresh(
        made.server,
        first['refresh_token'],
        MAIL,
        sent === 'none' ? {} : { device_secret: sent },
      )
      expect(json['device_secret']).toMatch(/^ds_/)
      expect(json['device_secret']).not.toBe(first['device_secret'])
      expect((await exchange(made, json)).status).toBe(200)
      expect((await exchange(made, first)).json['error']).toBe('invalid_grant')
    },
  )

  it('is not the one of another person or login', async () => {
    const { server } = await start()
    const { json: bob } = await logIn(server, LOGIN, { user: 'bob' })
    const { json: first } = await logIn(server, LOGIN)
    const { json } = await refresh(server, first['refresh_token'], MAIL, {
      device_secret: String(bob['device_secret']),
    })
    expect([first['device_secret'], bob['device_secret']]).not.toContain(json['device_secret'])
  })

  it('is absent from a refresh that leaves device_sso out (OpenID Connect Native SSO §3.3)', async () => {
    const { server } = await start()
    const { json: first } = await logIn(server, LOGIN)
    const { json } = await refresh(server, first['refresh_token'], MAIL, { scope: 'openid' })
    expect(json).not.toHaveProperty('device_secret')
    expect(claimsOf(json['id_token'])).not.toHaveProperty('ds_hash')
  })

  it('begins with the prefix of the server, for those who look for leaked secrets', async () => {
    const made = await start(true, [], 'acme')
    const { json } = await logIn(made.server, LOGIN)
    expect(json['device_secret']).toMatch(/^acme_ds_[\w~.-]{43,}$/)
    expect((await exchange(made, json)).status).toBe(200)
  })

  it('is kept as a hash', async () => {
    const { server } = await start()
    const { json } = await logIn(server, LOGIN)
    const stored: unknown[] = []
    for await (const authorization of server.authorizations.list({ subject: 'alice' })) stored.push(authorization)
    expect(stored).toHaveLength(1)
    expect(JSON.stringify(stored)).not.toContain(String(json['device_secret']).split('.')[1])
  })
})

describe('the exchange', () => {
  it('logs in to the second application: tokens, ID Token and session of the first (OpenID Connect Native SSO §4.3, §4.4)', async () => {
    const made = await start()
    const { json: first } = await logIn(made.server, LOGIN)
    const { status, json } = await exchange(made, first, { scope: SCOPE })
    expect(status).toBe(200)
    expect(json).toMatchObject({
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: expect.any(Number),
      refresh_token: expect.any(String),
      device_secret: first['device_secret'],
    })
    const [before, after] = [claimsOf(first['id_token']), claimsOf(json['id_token'])]
    expect(after).toMatchObject({ aud: 'calendar', sub: 'alice', sid: before['sid'], auth_time: before['auth_time'] })
    expect(made.asked[0]).toMatchObject({
      client: { clientId: 'calendar' },
      from: { clientId: WEB.client_id },
      subject: 'alice',
    })
    const found = await made.server.tokens.find(String(json['access_token']))
    expect(found?.authorization).toMatchObject({ clientId: 'calendar', subject: 'alice' })
  })

  it('goes on to a third one with the ID Token of the second', async () => {
    const made = await start()
    const { json: second } = await exchange(made, (await logIn(made.server, LOGIN)).json, { scope: SCOPE })
    const { status } = await exchange(made, second, { scope: SCOPE })
    expect(status).toBe(200)
  })

  it('takes an ID Token that has expired, for it is a hint (OpenID Connect Native SSO §6.3)', async () => {
    const made = await start()
    const { json } = await logIn(made.server, LOGIN)
    made.clock.advance(7200)
    expect((await exchange(made, json)).status).toBe(200)
  })

  it('gives no secret to an application that asks for none', async () => {
    const made = await start()
    const { json } = await exchange(made, (await logIn(made.server, LOGIN)).json, { scope: 'openid' })
    expect(json).not.toHaveProperty('device_secret')
    expect(claimsOf(json['id_token'])).not.toHaveProperty('ds_hash')
  })

  it('knows people by their pairwise subjects', async () => {
    const pairwise = pairwiseSubjects({ salt: 'a salt that is long enough, of 32 characters' })
    const made = await start(true, [pairwise])
    const { json } = await logIn(made.server, LOGIN)
    expect((await exchange(made, json)).status).toBe(200)
    expect(made.asked[0]?.subject).toBe('alice')
  })

  it.each([
    ['without subject_token', { subject_token: undefined }, 'invalid_request'],
    ['without actor_token', { actor_token: undefined }, 'invalid_request'],
    ['without audience', { audience: undefined }, 'invalid_request'],
    ['for another audience', { audience: 'https://other.example' }, 'invalid_target'],
    [
      'with another type of subject',
      { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' },
      'invalid_request',
    ],
    ['without a type of the subject', { subject_token_type: undefined }, 'invalid_request'],
    ['with another type of actor', { actor_token_type: 'urn:x' }, 'invalid_request'],
    ['without a type of the actor', { actor_token_type: undefined }, 'invalid_request'],
    ['for another type of token', { requested_token_type: ID_TOKEN }, 'invalid_request'],
    ['for a JWT', { requested_token_type: 'urn:ietf:params:oauth:token-type:jwt' }, 'invalid_request'],
    ['with a scope that lacks openid', { scope: 'profile' }, 'invalid_scope'],
    ['with a scope that the client has not', { scope: 'openid admin' }, 'invalid_scope'],
    ['with a secret that is none', { actor_token: 'secret' }, 'invalid_request'],
    [
      'with a secret that is made up',
      { actor_token: `ds_${'A'.repeat(22)}.${'B'.repeat(43)}.${'C'.repeat(43)}` },
      'invalid_request',
    ],
    ['with a subject that is no JWT', { subject_token: 'token' }, 'invalid_request'],
  ])('refuses one %s (OpenID Connect Native SSO §4.1, §4.3)', async (_case, changes, error) => {
    const made = await start()
    const answer = await exchange(made, (await logIn(made.server, LOGIN)).json, changes)
    expect([answer.status, answer.json['error']]).toEqual([400, error])
    expect(made.asked).toEqual([])
  })

  it('refuses an ID Token that somebody else has signed (OpenID Connect Native SSO §4.3)', async () => {
    const made = await start()
    const { json } = await logIn(made.server, LOGIN)
    const forged = await signJwt({ ...claimsOf(json['id_token']), exp: made.clock() + 60 }, await generateKey('ES256'))
    expect((await exchange(made, json, { subject_token: forged })).json['error']).toBe('invalid_request')
  })

  it('refuses the ID Token of another login, person or without ds_hash (OpenID Connect Native SSO §4.3)', async () => {
    const made = await start()
    const { json } = await logIn(made.server, LOGIN)
    for (const other of [
      await logIn(made.server, LOGIN),
      await logIn(made.server, LOGIN, { user: 'bob' }),
      await logIn(made.server, { scope: 'openid' }),
    ]) {
      const answer = await exchange(made, json, { subject_token: String(other.json['id_token']) })
      expect([answer.status, answer.json['error']]).toEqual([400, 'invalid_request'])
    }
  })

  it('refuses a client that may not share the login (OpenID Connect Native SSO §4.3)', async () => {
    const made = await start(false)
    const answer = await exchange(made, (await logIn(made.server, LOGIN)).json)
    expect([answer.status, answer.json['error']]).toEqual([400, 'unauthorized_client'])
  })

  it('refuses a client that is not registered for the grant, or does not authenticate (OpenID Connect Native SSO §4.1)', async () => {
    const made = await start()
    const { json } = await logIn(made.server, LOGIN)
    expect((await exchange(made, json, {}, MAIL)).json['error']).toBe('unauthorized_client')
    const wrong = { ...CALENDAR, client_secret: 'wrong-secret-wrong-secret-wrong-x' }
    const answer = await exchange(made, json, {}, wrong)
    expect([answer.status, answer.json['error']]).toEqual([401, 'invalid_client'])
  })

  it('refuses a public client that does not say which one it is (OpenID Connect Native SSO §4.1)', async () => {
    const made = await start()
    const { json } = await logIn(made.server, LOGIN)
    const form = {
      grant_type: TOKEN_EXCHANGE,
      audience: ISSUER,
      subject_token: String(json['id_token']),
      subject_token_type: ID_TOKEN,
      actor_token: String(json['device_secret']),
      actor_token_type: DEVICE_SECRET,
    }
    const body = new URLSearchParams(form)
    const answer = await made.server.fetch(new Request(`${ISSUER}/token`, { method: 'POST', body }))
    expect([answer.status, await answer.json()]).toMatchObject([401, { error: 'invalid_client' }])
  })

  it('answers interaction_required where the person would have to agree (OpenID Connect Native SSO §4.3, §4.4)', async () => {
    const made = await start()
    const { json } = await logIn(made.server, LOGIN)
    expect((await exchange(made, json, { scope: SCOPE }, NOTES)).json['error']).toBe('interaction_required')
    await rememberConsent(made.server, { subject: 'alice', clientId: 'notes', scope: ['openid', 'device_sso'] })
    expect((await exchange(made, json, { scope: SCOPE }, NOTES)).json['error']).toBe('interaction_required')
    await rememberConsent(made.server, { subject: 'alice', clientId: 'notes', scope: SCOPE.split(' ') })
    expect((await exchange(made, json, { scope: SCOPE }, NOTES)).status).toBe(200)
  })

  it('never takes an earlier consent to a native public client as one, since anyone can claim to be it (RFC 8252 §8.6)', async () => {
    const made = await start()
    const { json } = await logIn(made.server, LOGIN)
    await rememberConsent(made.server, { subject: 'alice', clientId: 'phone', scope: SCOPE.split(' ') })
    const answer = await exchange(made, json, { scope: 'openid', client_id: 'phone' }, PHONE)
    expect(answer.json['error']).toBe('interaction_required')
  })
})

describe('the end of the first login', () => {
  it('ends the second one too: tokens and refresh tokens (OpenID Connect Native SSO §4.3)', async () => {
    const made = await start()
    const { json: first } = await logIn(made.server, LOGIN)
    const { json: second } = await exchange(made, first, { scope: SCOPE })
    await post(made.server, '/revoke', { token: String(first['refresh_token']) }, MAIL)
    expect(await made.server.tokens.find(String(second['access_token']))).toBeNull()
    expect((await refresh(made.server, second['refresh_token'], CALENDAR)).json['error']).toBe('invalid_grant')
    const answer = await exchange(made, first)
    expect([answer.status, answer.json['error']]).toEqual([400, 'invalid_grant'])
  })

  it('leaves the first alone when the second one ends', async () => {
    const made = await start()
    const { json: first } = await logIn(made.server, LOGIN)
    const { json: second } = await exchange(made, first, { scope: SCOPE })
    await post(made.server, '/revoke', { token: String(second['refresh_token']) }, CALENDAR)
    expect((await exchange(made, first)).status).toBe(200)
  })

  it('comes with the session, without offline_access (OpenID Connect Native SSO §4.3)', async () => {
    const made = await start()
    const browser = new Browser(made.server)
    const { json } = await logIn(made.server, { scope: 'openid device_sso' }, { browser })
    expect((await exchange(made, json)).status).toBe(200)
    made.clock.advance(3601)
    const answer = await exchange(made, json)
    expect([answer.status, answer.json['error']]).toEqual([400, 'invalid_grant'])
  })

  it('ends the refresh tokens of the second one with the session too (OpenID Connect Native SSO §4.3)', async () => {
    const made = await start()
    const { json } = await logIn(made.server, { scope: 'openid device_sso' })
    const { json: second } = await exchange(made, json, { scope: SCOPE })
    expect((await refresh(made.server, second['refresh_token'], CALENDAR)).status).toBe(200)
    const { json: other } = await exchange(made, json, { scope: SCOPE })
    made.clock.advance(3601)
    const answer = await refresh(made.server, other['refresh_token'], CALENDAR)
    expect([answer.status, answer.json['error']]).toEqual([400, 'invalid_grant'])
  })

  it('comes with a logout in the browser (OpenID Connect Native SSO §3.4.1)', async () => {
    const made = await start()
    const browser = new Browser(made.server)
    const { json } = await logIn(made.server, { scope: 'openid device_sso' }, { browser })
    const { json: second } = await exchange(made, json)
    await browser.open(`/end_session?id_token_hint=${String(json['id_token'])}`)
    expect(await made.server.tokens.find(String(second['access_token']))).toBeNull()
    expect((await exchange(made, json)).json['error']).toBe('invalid_grant')
  })

  it('comes when the secret has not been used for its lifetime, and a refresh begins that again', async () => {
    const made = await start()
    const { json: first } = await logIn(made.server, LOGIN)
    made.clock.advance(80_000)
    const secret = { device_secret: String(first['device_secret']) }
    const { json } = await refresh(made.server, first['refresh_token'], MAIL, secret)
    made.clock.advance(80_000)
    expect((await exchange(made, json)).status).toBe(200)
    made.clock.advance(10_000)
    expect((await exchange(made, json)).json['error']).toBe('invalid_grant')
  })
})

describe('registration', () => {
  it('publishes native_sso_supported and the scope (OpenID Connect Native SSO §5)', async () => {
    const { server } = await start()
    expect(server.metadata()).toMatchObject({
      native_sso_supported: true,
      scopes_supported: expect.arrayContaining(['openid', 'device_sso']) as unknown,
    })
  })

  it('fails when the scopes of the server lack device_sso', async () => {
    const { server } = bareServer({ keys: await testKeys(), scopes: ['openid'] })
    server.register(
      clientCredentialsGrant(),
      openId({ claims: () => ({}) }),
      experimentalNativeSso({ allow: () => true }),
    )
    expect(() => server.metadata()).toThrow('lack device_sso')
  })

  it('refuses options that are none', () => {
    expect(() => experimentalNativeSso({} as never)).toThrow('allow')
    expect(() => experimentalNativeSso({ allow: () => true, lifetime: 0 })).toThrow('lifetime')
  })
})

describe('the client', () => {
  async function applications(): Promise<
    Made & { mail: OpenIDClient; calendar: OpenIDClient; keychain: Map<string, string>; sent: URLSearchParams[] }
  > {
    const made = await start()
    const keychain = new Map<string, string>()
    const sent: URLSearchParams[] = []
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init)
      if (request.url === `${ISSUER}/token`) sent.push(new URLSearchParams(await request.clone().text()))
      return made.server.fetch(request)
    }
    const shared = experimentalDeviceSecrets({
      load: () => keychain.get('secret') ?? null,
      save: (secret, idToken) => void keychain.set('secret', secret).set('idToken', idToken),
    })
    const common = {
      issuer: ISSUER,
      fetch,
      clock: made.clock,
      scope: ['offline_access', 'device_sso'],
      extensions: [shared],
    }
    const mail = new OpenIDClient({ ...common, clientId: MAIL.client_id, clientSecret: MAIL.client_secret! })
    const calendar = new OpenIDClient({ ...common, clientId: 'calendar', clientSecret: CALENDAR.client_secret })
    return { ...made, mail, calendar, keychain, sent }
  }

  it('keeps the device secret of a login, sends it with refreshes, and logs in to the second application', async () => {
    const { server, mail, calendar, keychain } = await applications()
    const { url, login } = await mail.createAuthorization({ redirectUri: 'https://app.example/cb' })
    const back = await new Browser(server).authorize(Object.fromEntries(new URL(url).searchParams))
    const { token } = await mail.finishAuthorization(`?${back.toString()}`, login)
    const secret = keychain.get('secret')
    expect(secret).toMatch(/^ds_/)
    await mail.refresh(token)
    expect(keychain.get('secret')).toBe(secret)
    const shared = { idToken: keychain.get('idToken')!, deviceSecret: secret! }
    const second = await clientNativeSso(calendar, { ...shared, scope: ['offline_access', 'device_sso'] })
    expect(claimsOf(second.idToken)).toMatchObject({ aud: 'calendar', sub: 'alice' })
    expect(second.refreshToken).toBeDefined()
    const refreshed = await calendar.refresh(second)
    expect(claimsOf(refreshed.idToken).sub).toBe('alice')
  })

  it('sends the device secret that is there with the code (OpenID Connect Native SSO §3.2)', async () => {
    const { server, mail, keychain, sent } = await applications()
    const begin = async (): Promise<void> => {
      const { url, login } = await mail.createAuthorization({ redirectUri: 'https://app.example/cb' })
      const back = await new Browser(server).authorize(Object.fromEntries(new URL(url).searchParams))
      await mail.finishAuthorization(`?${back.toString()}`, login)
    }
    await begin()
    const secret = keychain.get('secret')
    await begin()
    expect(sent.map((form) => [form.get('grant_type'), form.get('device_secret')])).toEqual([
      ['authorization_code', null],
      ['authorization_code', secret],
    ])
  })

  it('tells what the provider answers', async () => {
    const { calendar } = await applications()
    const answer = clientNativeSso(calendar, { idToken: 'x', deviceSecret: 'y' })
    await expect(answer).rejects.toThrow(OAuth2ClientError)
    await expect(answer).rejects.toMatchObject({ code: 'invalid_request' })
  })
})
