import { apiSession } from '@authlib/oauth2/client'
import { generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import * as providers from './index.ts'
import { apple, google, line, microsoft, slack, twitch } from './index.ts'
import type { OpenIDProvider, OpenIDProviderLoginResult, OpenIDProviderOptions, ProviderPreset } from './index.ts'
import { logIn, now, type Played } from '../test/internet.ts'
import { openidRoutes, type OpenIDFixture } from '../test/openid-internet.ts'

const clientId = 'the-client'
const clientSecret = 'a-secret-with-32-or-more-characters'
const jane = { name: 'Jane Doe', email: 'jane@example.com', email_verified: true }
const guid = '11111111-2222-3333-4444-555555555555'

/** Made by hand from the documentation of each provider. */
const fixtures: readonly [name: string, options: object, fixture: OpenIDFixture, profile?: object][] = [
  ['auth0', { domain: 'ann.eu.auth0.com' }, { discovery: 'https://ann.eu.auth0.com/', claims: jane }],
  [
    'authentik',
    { url: 'https://id.example', application: 'notes' },
    { discovery: 'https://id.example/application/o/notes/', claims: jane },
  ],
  [
    'cognito',
    { userPoolId: 'eu-west-1_abc' },
    {
      discovery: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc',
      claims: { ...jane, email_verified: 'true', 'cognito:username': 'jane' },
    },
    { ...jane, preferred_username: 'jane' },
  ],
  ['fusionauth', { url: 'https://id.example' }, { discovery: 'https://id.example', claims: {}, userinfo: jane }, jane],
  [
    'gitlab',
    { url: 'https://gitlab.example' },
    { discovery: 'https://gitlab.example', claims: {}, userinfo: { ...jane, nickname: 'jane' } },
    { ...jane, nickname: 'jane', preferred_username: 'jane' },
  ],
  [
    'google',
    {},
    { discovery: 'https://accounts.google.com', claims: { ...jane, iss: 'accounts.google.com', hd: 'example.com' } },
    jane,
  ],
  ['hydra', { url: 'https://ory.example/' }, { discovery: 'https://ory.example/', claims: {}, userinfo: jane }, jane],
  [
    'keycloak',
    { url: 'https://id.example', realm: 'main' },
    { discovery: 'https://id.example/realms/main', claims: { ...jane, preferred_username: 'jane' } },
  ],
  ['kinde', { domain: 'ann.kinde.com' }, { discovery: 'https://ann.kinde.com', claims: {}, userinfo: jane }, jane],
  [
    'line',
    {},
    { discovery: 'https://access.line.me', secret: clientSecret, claims: { name: 'Taro', email: 'taro@example.com' } },
    { name: 'Taro', email: 'taro@example.com' },
  ],
  [
    'logto',
    { url: 'https://ann.logto.app' },
    { discovery: 'https://ann.logto.app/oidc', claims: { ...jane, username: 'jane' } },
    { ...jane, preferred_username: 'jane' },
  ],
  [
    'microsoft',
    {},
    {
      discovery: 'https://login.microsoftonline.com/common/v2.0',
      metadata: { issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0' },
      claims: {
        iss: `https://login.microsoftonline.com/${guid}/v2.0`,
        tid: guid,
        oid: 'o-1',
        name: 'Jane Doe',
        email: 'jane@example.com',
      },
    },
    { name: 'Jane Doe', email: 'jane@example.com' },
  ],
  [
    'microsoftB2C',
    { tenant: 'contoso', tenantId: guid, policy: 'B2C_1_signin' },
    {
      discovery: 'https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_signin/v2.0',
      metadata: { issuer: `https://contoso.b2clogin.com/${guid}/v2.0/` },
      claims: { name: 'Jane Doe', emails: ['jane@example.com'] },
    },
    { name: 'Jane Doe', email: 'jane@example.com' },
  ],
  [
    'microsoftExternalId',
    { tenant: 'contoso', tenantId: guid },
    {
      discovery: `https://contoso.ciamlogin.com/${guid}/v2.0`,
      metadata: { issuer: `https://${guid}.ciamlogin.com/${guid}/v2.0` },
      claims: { name: 'Jane Doe', email: 'jane@example.com' },
    },
  ],
  [
    'okta',
    { domain: 'ann.okta.com' },
    { discovery: 'https://ann.okta.com/oauth2/default', claims: {}, userinfo: jane },
    jane,
  ],
  [
    'onelogin',
    { subdomain: 'ann' },
    { discovery: 'https://ann.onelogin.com/oidc/2', claims: {}, userinfo: jane },
    jane,
  ],
  [
    'slack',
    {},
    {
      discovery: 'https://slack.com',
      claims: { ...jane, 'https://slack.com/user_id': 'U1', 'https://slack.com/team_id': 'T1' },
      tokenResponse: (usual) => Response.json({ ok: true, ...usual }),
    },
    jane,
  ],
  [
    'twitch',
    {},
    {
      discovery: 'https://id.twitch.tv/oauth2',
      claims: { email: 'jane@example.com', email_verified: true, preferred_username: 'Jane' },
      tokenResponse: (usual) => Response.json({ ...usual, token_type: 'bearer', scope: ['openid', 'user:read:email'] }),
    },
    { email: 'jane@example.com', email_verified: true, preferred_username: 'Jane', name: 'Jane' },
  ],
  ['xero', {}, { discovery: 'https://identity.xero.com', claims: jane }],
  ['yahoo', {}, { discovery: 'https://api.login.yahoo.com', claims: {}, userinfo: jane }, jane],
  [
    'zitadel',
    { url: 'https://ann.zitadel.cloud' },
    { discovery: 'https://ann.zitadel.cloud', claims: {}, userinfo: jane },
    jane,
  ],
]

const all = providers as unknown as Readonly<Record<string, unknown>>
const make = (name: string, options: object): OpenIDProvider =>
  (all[name] as (options: OpenIDProviderOptions) => OpenIDProvider)({ clientId, clientSecret, ...options })

async function play(
  provider: OpenIDProvider,
  fixture: OpenIDFixture,
  { answers = {}, method }: { answers?: Readonly<Record<string, string>>; method?: 'POST' } = {},
): Promise<Played<ReturnType<OpenIDProvider>, OpenIDProviderLoginResult>> {
  let nonce: string | null = null
  const callback = (url: URL): Readonly<Record<string, string>> => {
    nonce = url.searchParams.get('nonce')
    return answers
  }
  return logIn(provider, { routes: openidRoutes(fixture, now, () => nonce), callback, ...(method && { method }) })
}

describe('presets of OpenID Connect', () => {
  it('each have a fixture', () => {
    const names = Object.values(all).flatMap((value) => (isOpenID(value) ? [value.name] : []))
    expect([...fixtures.map(([name]) => name), 'apple'].sort()).toEqual(names.sort())
  })

  it.each(fixtures)('%s logs in', async (name, options, fixture, profile = fixture.claims) => {
    const { result, authorization } = await play(make(name, options), fixture)
    const asked = authorization.searchParams
    expect(asked.get('scope')).toMatch(/^openid( |$)/)
    expect(result.profile).toEqual({ sub: 'u-1', ...profile })
    expect(result.raw).toMatchObject({ sub: 'u-1', ...fixture.claims, ...fixture.userinfo })
  })

  it('Google gives a refresh token at each login when it is asked to', async () => {
    const fixture = { discovery: 'https://accounts.google.com', claims: {} }
    const { authorization } = await play(google({ clientId, clientSecret, offline: true }), fixture)
    expect(Object.fromEntries(authorization.searchParams)).toMatchObject({
      access_type: 'offline',
      prompt: 'consent',
      scope: 'openid profile email',
    })
  })

  describe('Microsoft', () => {
    const common = { issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0' }
    const iss = `https://login.microsoftonline.com/${guid}/v2.0`

    it('refuses a tenant that the token does not name itself', async () => {
      const fixture = {
        discovery: 'https://login.microsoftonline.com/common/v2.0',
        metadata: common,
        claims: { iss, tid: '99999999-2222-3333-4444-555555555555' },
      }
      await expect(play(microsoft({ clientId, clientSecret }), fixture)).rejects.toMatchObject({
        code: 'invalid_id_token',
      })
    })

    it('refuses people of another tenant than the one that was named', async () => {
      const discovery = iss
      const own = { discovery, claims: { tid: guid } }
      const other = { discovery, claims: { iss: iss.replace('1111', '9999'), tid: guid.replace('1111', '9999') } }
      const provider = (): OpenIDProvider => microsoft({ clientId, clientSecret, tenant: guid })
      expect((await play(provider(), own)).result.profile).toEqual({ sub: 'u-1' })
      await expect(play(provider(), other)).rejects.toMatchObject({ code: 'invalid_id_token' })
    })

    it('logs private accounts in as the tenant that they are', async () => {
      const consumers = 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0'
      const fixture = { discovery: consumers, claims: { tid: '9188040d-6c67-4c5b-b112-36a304b66dad' } }
      const { result } = await play(microsoft({ clientId, clientSecret, tenant: 'consumers' }), fixture)
      expect(result.profile).toEqual({ sub: 'u-1' })
    })

    it('calls an address verified only when the claim for it says so', async () => {
      const of = async (claims: object): Promise<unknown> => {
        const fixture = { discovery: iss, claims: { tid: guid, email: 'jane@example.com', ...claims } }
        return (await play(microsoft({ clientId, clientSecret, tenant: guid }), fixture)).result.profile.email_verified
      }
      expect(await of({})).toBeUndefined()
      expect(await of({ xms_edov: true })).toBe(true)
      expect(await of({ xms_edov: '1' })).toBe(true)
      expect(await of({ xms_edov: false })).toBe(false)
    })
  })

  describe('Apple', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
    const provider = (): OpenIDProvider =>
      apple({ clientId, teamId: 'TEAM123456', keyId: 'KEY1234567', privateKey: pem })
    const discovery = 'https://appleid.apple.com'

    it('is asked with a secret that its key signs, and answers with a POST', async () => {
      let secret = ''
      const check = (_request: Request, form: URLSearchParams): void => void (secret = form.get('client_secret') ?? '')
      const claims = { email: 'jane@example.com', email_verified: 'true', is_private_email: 'false' }
      const user = JSON.stringify({ name: { firstName: 'Jane', lastName: 'Doe' }, email: 'jane@example.com' })
      const { result, authorization, cookie } = await play(
        provider(),
        { discovery, claims, check },
        { answers: { user }, method: 'POST' },
      )
      expect(Object.fromEntries(authorization.searchParams)).toMatchObject({
        response_mode: 'form_post',
        scope: 'openid name email',
      })
      expect(cookie).toContain('SameSite=None')
      const [header = '', body = '', signature = ''] = secret.split('.')
      const decode = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString())
      expect(decode(header)).toMatchObject({ alg: 'ES256', kid: 'KEY1234567' })
      expect(decode(body)).toEqual({ iss: 'TEAM123456', sub: clientId, aud: discovery, iat: now, exp: now + 300 })
      const input = Buffer.from(`${header}.${body}`)
      const options = { key: publicKey, dsaEncoding: 'ieee-p1363' as const }
      expect(verify('sha256', input, options, Buffer.from(signature, 'base64url'))).toBe(true)
      expect(result.profile).toEqual({
        sub: 'u-1',
        email: 'jane@example.com',
        email_verified: true,
        name: 'Jane Doe',
        given_name: 'Jane',
        family_name: 'Doe',
      })
    })

    it('tells no name at later logins, or one that is no JSON', async () => {
      for (const answers of [{}, { user: 'Jane' }, { user: '[]' }]) {
        const { result } = await play(provider(), { discovery, claims: {} }, { answers, method: 'POST' })
        expect(result.profile).toEqual({ sub: 'u-1' })
      }
    })

    it('takes the address from the ID Token, never from what the browser posts', async () => {
      const user = JSON.stringify({ email: 'victim@example.com' })
      const claims = { email: 'jane@example.com', email_verified: true }
      const { result } = await play(provider(), { discovery, claims }, { answers: { user }, method: 'POST' })
      expect(result.profile).toEqual({ sub: 'u-1', ...claims })
    })
  })

  it('Slack refuses with status 200', async () => {
    const tokenResponse = (): Response => Response.json({ ok: false, error: 'invalid_code' })
    const login = play(slack({ clientId, clientSecret }), { discovery: 'https://slack.com', claims: {}, tokenResponse })
    await expect(login).rejects.toMatchObject({ code: 'invalid_grant', reason: 'invalid_grant: invalid_code' })
  })

  it('Twitch refuses in a form of its own, and its API wants the client id', async () => {
    const discovery = 'https://id.twitch.tv/oauth2'
    const tokenResponse = (): Response =>
      Response.json({ status: 400, message: 'Invalid authorization code' }, { status: 400 })
    await expect(
      play(twitch({ clientId, clientSecret }), { discovery, claims: {}, tokenResponse }),
    ).rejects.toMatchObject({
      code: 'invalid_grant',
      reason: 'invalid_grant: Invalid authorization code',
    })
    const { client, result, authorization } = await play(twitch({ clientId, clientSecret }), { discovery, claims: {} })
    expect(JSON.parse(authorization.searchParams.get('claims') ?? '')).toHaveProperty('id_token.email')
    const session = apiSession(client, { token: result.token })
    expect(session.baseUrl).toBe('https://api.twitch.tv/helix/')
  })

  it('LINE signs with the secret: another one is refused', async () => {
    const fixture = { discovery: 'https://access.line.me', secret: 'another-secret-with-32-characters', claims: {} }
    await expect(play(line({ clientId, clientSecret }), fixture)).rejects.toMatchObject({ code: 'invalid_id_token' })
  })
})

function isOpenID(value: unknown): value is ProviderPreset {
  return typeof value === 'object' && value !== null && 'protocol' in value && value.protocol === 'openid'
}
