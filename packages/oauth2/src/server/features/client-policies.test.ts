import { decodeUnverifiedJwt, generateKey, staticKeys } from '@authlib/jose'
import { describe, expect, it } from 'vitest'
import {
  API,
  authorizeUrl,
  bareServer,
  Browser,
  OTHER,
  post,
  redeem,
  refresh,
  WEB,
  type Answer,
} from '../../../test/journey.ts'
import { developmentPages } from '../interaction/development.ts'
import { staticClients, type ConfiguredClient } from '../records/clients.ts'
import { authorizationCodeGrant } from './authorization-code.ts'
import { clientCredentialsGrant } from './client-credentials.ts'
import { clientPolicies, type ClientPolicies } from './client-policies.ts'
import { codeChallenge } from './code-challenge.ts'
import { introspectionEndpoint } from './introspection.ts'
import { jwtAccessToken } from './jwt-access-token.ts'
import { refreshTokenGrant } from './refresh-token.ts'

const TWO_WAYS: ConfiguredClient = { ...WEB, client_id: 'two', trust: { authMethods: ['client_secret_post'] } }
const keys = staticKeys([await generateKey('ES256'), await generateKey('RS256')])

function start(policies: ClientPolicies) {
  const made = bareServer({ keys, clients: staticClients([WEB, OTHER, TWO_WAYS, API]) })
  made.server
    .registerGrant(authorizationCodeGrant(), [codeChallenge({ requiredFor: 'public_clients' })])
    .register(clientCredentialsGrant(), refreshTokenGrant(), introspectionEndpoint())
    .register(jwtAccessToken({ audience: 'https://api.example' }), clientPolicies(policies))
    .register(developmentPages({ users: [{ username: 'alice' }] }))
  const ask = (client: ConfiguredClient = WEB): Promise<Answer> =>
    post(made.server, '/token', { grant_type: 'client_credentials' }, client)
  return { ...made, ask }
}

describe('policies by client', () => {
  it('shorten access tokens, at each refresh too', async () => {
    const { server, ask } = start({ web: { accessTokenLifetime: 60 }, other: { accessTokenLifetime: 90_000 } })
    expect((await ask()).json['expires_in']).toBe(60)
    expect((await ask(OTHER)).json['expires_in']).toBe(3600) // never longer than the server says
    const code = (await new Browser(server).authorize()).get('code') ?? ''
    const first = await redeem(server, code)
    expect(first.json['expires_in']).toBe(60)
    expect((await refresh(server, first.json['refresh_token'])).json['expires_in']).toBe(60)
  })

  it('choose the format and the algorithm', async () => {
    const { ask } = start((client) =>
      client.clientId === 'web' ? { accessTokenFormat: 'opaque' } : { accessTokenAlgorithm: 'RS256' },
    )
    expect((await ask()).json['access_token']).toMatch(/^at_/)
    expect(decodeUnverifiedJwt(String((await ask(OTHER)).json['access_token'])).header.alg).toBe('RS256')
  })

  it('demand a code_challenge (RFC 9700 §2.1.1)', async () => {
    const { server } = start({ web: { requireCodeChallenge: true } })
    const open = async (client_id: string): Promise<string> => {
      const url = authorizeUrl({ client_id, code_challenge: undefined, code_challenge_method: undefined })
      return (await new Browser(server).open(url)).headers.get('location') ?? ''
    }
    expect(new URL(await open('web')).searchParams.get('error')).toBe('invalid_request')
    expect(await open('other')).toMatch(/^\/login/)
    expect((await new Browser(server).authorize()).has('code')).toBe(true)
  })

  it('refuse clients that are registered for another method, at every endpoint', async () => {
    const strong = { authMethods: ['client_secret_basic'] }
    const { server, ask, events } = start({ web: strong, two: strong, other: { authMethods: ['private_key_jwt'] } })
    expect((await ask()).status).toBe(200)
    for (const client of [TWO_WAYS, OTHER]) {
      const refused = await ask(client)
      expect([refused.status, refused.json['error']]).toEqual([401, 'invalid_client'])
    }
    expect(events.at(-1)).toMatchObject({ reason: 'the policy of the client does not allow client_secret_basic' })
    expect((await post(server, '/introspect', { token: 'x' }, OTHER)).status).toBe(401)
  })

  it('are looked up by own names alone', async () => {
    const named: ConfiguredClient = { ...WEB, client_id: 'constructor' }
    const { server } = bareServer({ clients: staticClients([named]) })
    server.register(clientCredentialsGrant(), clientPolicies({}))
    expect((await post(server, '/token', { grant_type: 'client_credentials' }, named)).status).toBe(200)
  })

  it('are refused when a lifetime is no number of seconds', async () => {
    expect(() => clientPolicies({ web: { accessTokenLifetime: 0 } })).toThrow(TypeError)
    const { ask, events } = start(() => ({ accessTokenLifetime: Number.NaN }))
    expect((await ask()).status).toBe(500)
    expect(events.at(-1)).toMatchObject({ type: 'server.error' })
  })
})
