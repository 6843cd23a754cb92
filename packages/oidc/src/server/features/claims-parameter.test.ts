import { staticClients, type AuthorizationServer } from '@authlib/oauth2/server'
import { describe, expect, it } from 'vitest'
import { Browser, ISSUER } from '../../../../oauth2/test/journey.ts'
import { authorize } from '../../../test/front-channel.ts'
import { ALICE, authenticationUrl, claimsOf, logIn, provider, RP, withToken } from '../../../test/provider.ts'
import { claimsParameter } from './claims-parameter.ts'
import { pairwiseSubjects } from './pairwise-subjects.ts'
import { idTokenResponseType } from './response-types.ts'

const start = async (): Promise<AuthorizationServer> => {
  const { server } = await provider({ clients: staticClients([RP]) })
  return server.register(claimsParameter())
}

const claims = (wanted: object): string => JSON.stringify(wanted)

async function userinfo(server: AuthorizationServer, token: unknown): Promise<unknown> {
  return (await withToken(server, '/userinfo', token)).json()
}

it('releases a claim at userinfo that no scope stands for (Core §5.5)', async () => {
  const server = await start()
  const { json } = await logIn(server, { claims: claims({ userinfo: { given_name: { essential: true } } }) })
  expect(await userinfo(server, json['access_token'])).toEqual({ sub: 'alice', given_name: 'Alice' })
  expect(claimsOf(json['id_token'])).not.toHaveProperty('given_name')
})

it('releases a claim in the ID Token, and there alone (Core §5.5)', async () => {
  const server = await start()
  const { json } = await logIn(server, {
    claims: claims({ id_token: { email: null, auth_time: { essential: true } } }),
  })
  expect(claimsOf(json['id_token'])).toMatchObject({ email: ALICE.email, auth_time: expect.any(Number) })
  expect(await userinfo(server, json['access_token'])).toEqual({ sub: 'alice' })
})

it('leaves out what the provider does not know, without an error (Core §5.5.1)', async () => {
  const server = await start()
  const { json } = await logIn(server, { claims: claims({ userinfo: { shoe_size: { essential: true } } }) })
  expect(await userinfo(server, json['access_token'])).toEqual({ sub: 'alice' })
})

it('ignores members that it does not know, and claims whose value is another (Core §5.5, §5.5.1)', async () => {
  const server = await start()
  const asked = claims({ userinfo: { name: { value: 'Somebody Else', purpose: 'x' } }, unknown: { name: null } })
  const { json } = await logIn(server, { claims: asked })
  expect(await userinfo(server, json['access_token'])).toMatchObject({ sub: 'alice' })
})

it('never releases what only the provider says', async () => {
  const server = await start()
  const { json } = await logIn(server, {
    claims: claims({ userinfo: { iss: null, aud: null }, id_token: { exp: null } }),
  })
  expect(await userinfo(server, json['access_token'])).toEqual({ sub: 'alice' })
})

describe('consent', () => {
  /** The consent page of a request. */
  async function consentPage(server: AuthorizationServer, params: Record<string, string>, browser: Browser) {
    let response = await browser.open(authenticationUrl(params))
    let location = response.headers.get('location') ?? ''
    if (location.startsWith('/login')) {
      const interaction = new URL(location, ISSUER).searchParams.get('interaction') ?? ''
      response = await browser.open(location, { username: 'alice', password: 'alice', interaction })
      location = response.headers.get('location') ?? ''
    }
    return location.startsWith('/consent') ? (await browser.open(location)).text() : null
  }

  it('is asked for claims beyond the scope, and remembered', async () => {
    const server = await start()
    const browser = new Browser(server)
    await logIn(server, { scope: 'openid email' }, { browser })
    const known = { scope: 'openid email', claims: claims({ userinfo: { email: null } }) }
    expect(await consentPage(server, known, browser)).toBeNull() // the scope stands for it
    const more = { scope: 'openid email', claims: claims({ userinfo: { phone_number: null } }) }
    expect(await consentPage(server, more, browser)).toContain('phone_number')
    await authorize(server, more, { browser })
    expect(await consentPage(server, more, browser)).toBeNull()
  })
})

describe('demands', () => {
  it('an essential acr that the login does not meet is asked for (Core §5.5.1.1)', async () => {
    const server = await start()
    const browser = new Browser(server)
    await logIn(server, {}, { browser })
    const acr = claims({ id_token: { acr: { essential: true, values: ['urn:gold'] } } })
    const response = await browser.open(authenticationUrl({ claims: acr, prompt: 'none' }))
    expect(response.headers.get('location')).toContain('error=login_required')
    const wish = claims({ id_token: { acr: { values: ['urn:gold'] } } })
    const voluntary = await browser.open(authenticationUrl({ claims: wish, prompt: 'none' }))
    expect(voluntary.headers.get('location')).toContain('code=')
  })

  it('an essential acr that a new login does not meet fails the login (Core §5.5.1.1)', async () => {
    const server = await start()
    const acr = claims({ id_token: { acr: { essential: true, value: 'urn:gold' } } })
    const params = await authorize(server, { claims: acr })
    expect(params.get('error')).toBe('unmet_authentication_requirements')
    expect(params.has('code')).toBe(false)
  })

  it('sub with a value names the only person that will do (Core §5.5.1)', async () => {
    const server = await start()
    const browser = new Browser(server)
    await logIn(server, {}, { browser })
    const bob = claims({ id_token: { sub: { value: 'bob' } } })
    const response = await browser.open(authenticationUrl({ claims: bob, prompt: 'none' }))
    expect(response.headers.get('location')).toContain('error=login_required')
  })

  it('sub is the one that this client knows, never the one of others (Core §3.1.2.2, §8.1)', async () => {
    const pairwise = { ...RP, subject_type: 'pairwise' }
    const { server } = await provider({ clients: staticClients([pairwise]) })
    server.register(claimsParameter(), pairwiseSubjects({ salt: 'a salt that never changes, 32 characters' }))
    const browser = new Browser(server)
    const { json } = await logIn(server, {}, { browser, client: pairwise })
    const ask = async (value: unknown): Promise<string | null> => {
      const params = { claims: claims({ id_token: { sub: { value } } }), prompt: 'none' }
      return (await browser.open(authenticationUrl(params))).headers.get('location')
    }
    expect(await ask(claimsOf(json['id_token']).sub)).toContain('code=')
    expect(await ask('alice')).toContain('error=login_required')
  })

  it('sub of userinfo counts too, and two different ones exclude each other (Core §5.5.1)', async () => {
    const server = await start()
    const browser = new Browser(server)
    await logIn(server, {}, { browser })
    const ask = async (id_token: object | null, userinfo: object): Promise<string | null> => {
      const asked = claims({ id_token: { sub: id_token }, userinfo: { sub: userinfo } })
      const { headers } = await browser.open(authenticationUrl({ claims: asked, prompt: 'none' }))
      return headers.get('location')
    }
    const [alice, bob] = [{ value: 'alice' }, { value: 'bob' }]
    expect(await ask(null, alice)).toContain('code=')
    expect(await ask(null, bob)).toContain('error=login_required')
    expect(await ask({ essential: true }, bob)).toContain('error=login_required')
    expect(await ask(alice, bob)).toContain('error=invalid_request')
  })
})

it.each([
  ...['[]', '{', '{"userinfo":[]}', '{"userinfo":{"name":3}}', '{"id_token":{"acr":{"values":"x"}}}'],
  ...['{"id_token":{"acr":{"essential":true,"values":[1]}}}', '{"id_token":{"acr":{"essential":true,"value":1}}}'],
  ...['{"id_token":{"sub":{"value":7}}}', '{"userinfo":{"sub":{"values":[null]}}}'],
])('refuses malformed claims: %s', async (text) => {
  const server = await start()
  const response = await server.fetch(new Request(authenticationUrl({ claims: text })))
  expect(response.headers.get('location')).toContain('error=invalid_request')
})

it('refuses claims of userinfo with a response type that brings no access token (Core §5.5)', async () => {
  const client = { ...RP, grant_types: ['implicit'], response_types: ['id_token'] }
  const { server } = await provider({ clients: staticClients([client]) })
  server.register(claimsParameter(), idTokenResponseType)
  const params = { response_type: 'id_token', claims: claims({ userinfo: { name: null } }) }
  const response = await server.fetch(new Request(authenticationUrl(params)))
  expect(response.headers.get('location')).toContain('error=invalid_request')
  const answer = await authorize(server, { ...params, claims: claims({ id_token: { name: null }, userinfo: {} }) })
  expect(claimsOf(answer.get('id_token'))['name']).toBe(ALICE.name)
})

it('is advertised (Discovery §3)', async () => {
  const discovery = await (await start()).fetch(new Request(`${ISSUER}/.well-known/openid-configuration`))
  expect(await discovery.json()).toMatchObject({ claims_parameter_supported: true })
})
