import { decodeUnverifiedJwt, decryption, generateKey } from '@authlib/jose'
import {
  authorizationCodeGrant,
  codeChallenge,
  jwtResponseModes,
  staticClients,
  type AuthorizationError,
  type AuthorizationServer,
} from '@authlib/oauth2/server'
import { describe, expect, it } from 'vitest'
import { bareServer, ISSUER, manualClock, redeem, REDIRECT_URI } from '../../../../oauth2/test/journey.ts'
import { authorize } from '../../../test/front-channel.ts'
import { ALICE, authenticationUrl, claimsOf, provider, RP, testKeys, withToken } from '../../../test/provider.ts'
import { halfHash } from '../../hashes.ts'
import { openId } from './openid.ts'
import {
  hybridResponseType,
  idTokenResponseType,
  insecureFrontChannelTokens,
  noneResponseType,
} from './response-types.ts'

const TYPES = ['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token', 'none']
const CLIENT = {
  ...RP,
  grant_types: ['authorization_code', 'refresh_token', 'implicit'],
  response_types: TYPES,
}

async function start(client: object = {}, clock = manualClock()): Promise<AuthorizationServer> {
  const { server } = await provider({ clock, clients: staticClients([{ ...CLIENT, ...client }]) })
  return server.register(hybridResponseType, idTokenResponseType, noneResponseType, insecureFrontChannelTokens())
}

const location = async (server: AuthorizationServer, params: Record<string, string | undefined>): Promise<string> => {
  const response = await server.fetch(new Request(authenticationUrl(params)))
  return response.headers.get('location') ?? `${response.status}`
}

it('code id_token: the ID Token has the hash of the code, which is redeemed as usual (Core §3.3)', async () => {
  const server = await start()
  const answer = await authorize(server, { response_type: 'code id_token', scope: 'openid profile' })
  expect([...answer.keys()].sort()).toEqual(['code', 'id_token', 'iss', 'state'])
  expect(answer.get('state')).toBe('xyz')
  const claims = claimsOf(answer.get('id_token'))
  expect(claims).toMatchObject({ sub: 'alice', aud: 'web', nonce: 'n-0S6_WzA2Mj' })
  expect(claims['c_hash']).toBe(await halfHash(answer.get('code') ?? '', 'ES256')) // §3.3.2.11
  expect(claims['s_hash']).toBe(await halfHash('xyz', 'ES256'))
  expect(claims).not.toHaveProperty('at_hash')
  expect(claims).not.toHaveProperty('name') // userinfo has it
  const tokens = await redeem(server, answer.get('code') ?? '')
  expect(claimsOf(tokens.json['id_token'])).toMatchObject({ sub: 'alice', nonce: 'n-0S6_WzA2Mj' })
})

it('id_token: the claims of the scope stand in the ID Token, since nothing else comes (Core §5.4)', async () => {
  const server = await start()
  const answer = await authorize(server, { response_type: 'id_token', scope: 'openid email' })
  expect([...answer.keys()].sort()).toEqual(['id_token', 'iss', 'state'])
  expect(answer.get('state')).toBe('xyz')
  expect(claimsOf(answer.get('id_token')).aud).toBe('web')
  expect(claimsOf(answer.get('id_token'))).toMatchObject({ sub: 'alice', email: ALICE.email })
})

it('id_token token: at_hash, and a token that userinfo accepts (Core §3.2.2.9)', async () => {
  const server = await start()
  const answer = await authorize(server, { response_type: 'id_token token', scope: 'openid email' })
  expect([answer.get('token_type'), answer.get('state')]).toEqual(['Bearer', 'xyz'])
  expect(answer.get('expires_in')).toBe('3600')
  const token = answer.get('access_token') ?? ''
  expect(claimsOf(answer.get('id_token'))['at_hash']).toBe(await halfHash(token, 'ES256'))
  expect(await (await withToken(server, '/userinfo', token)).json()).toMatchObject({ email: ALICE.email })
})

it('gives no refresh token in the front channel, whatever the scope (Core §11)', async () => {
  const server = await start()
  const answer = await authorize(server, { response_type: 'id_token token', scope: 'openid offline_access' })
  expect(answer.has('access_token')).toBe(true)
  expect(answer.has('refresh_token')).toBe(false)
})

it('ignores offline_access where no code is returned (Core §11)', async () => {
  const server = await start()
  const scope = 'openid offline_access email'
  expect((await authorize(server, { response_type: 'id_token token', scope })).get('scope')).toBe('openid email')
  expect((await authorize(server, { response_type: 'code token', scope })).get('scope')).toBe(scope)
})

it('code token: both, without an ID Token, and nonce may be missing (Core §3.3)', async () => {
  const server = await start()
  const answer = await authorize(server, { response_type: 'code token', nonce: undefined })
  expect([...answer.keys()].sort()).toEqual([
    'access_token',
    'code',
    'expires_in',
    'iss',
    'scope',
    'state',
    'token_type',
  ])
  expect([answer.get('token_type'), answer.get('state')]).toEqual(['Bearer', 'xyz'])
  expect((await withToken(server, '/userinfo', answer.get('access_token'))).status).toBe(200)
  const tokens = await redeem(server, answer.get('code') ?? '')
  expect(tokens.status).toBe(200)
})

it('code id_token token: both hashes, and a replayed code ends the token of the front channel (RFC 6749 §4.1.2)', async () => {
  const clock = manualClock()
  const server = await start({}, clock)
  const answer = await authorize(server, { response_type: 'token code id_token' }) // in any order
  expect([answer.get('token_type'), answer.get('state')]).toEqual(['Bearer', 'xyz'])
  const claims = claimsOf(answer.get('id_token'))
  expect(claims).toHaveProperty('c_hash')
  expect(claims).toHaveProperty('at_hash')
  const token = answer.get('access_token')
  expect((await redeem(server, answer.get('code') ?? '')).status).toBe(200)
  expect((await withToken(server, '/userinfo', token)).status).toBe(200)
  clock.advance(10) // it is no double submit
  expect((await redeem(server, answer.get('code') ?? '')).status).toBe(400)
  expect((await withToken(server, '/userinfo', token)).status).toBe(401)
})

it('none: state and iss alone, in the query (Multiple Response Types §4)', async () => {
  const server = await start()
  const answer = await authorize(server, { response_type: 'none' })
  expect([...answer.keys()].sort()).toEqual(['iss', 'state'])
  expect(answer.get('state')).toBe('xyz')
})

describe('the front channel refuses', () => {
  it.each(['id_token', 'code id_token', 'id_token token', 'code id_token token'])(
    '%s without nonce (Core §3.2.2.1, §3.3.2.11)',
    async (type) => {
      const url = await location(await start(), { response_type: type, nonce: undefined })
      expect(url).toMatch(/^https:\/\/app\.example\/cb#.*error=invalid_request/)
    },
  )

  it('an ID Token without the scope openid', async () => {
    const url = await location(await start(), { response_type: 'id_token', scope: 'read' })
    expect(url).toMatch(/^https:\/\/app\.example\/cb#.*error=invalid_scope/)
  })

  it.each(TYPES.filter((type) => type !== 'code' && type !== 'none'))(
    '%s in the query, and repeats the state (Multiple Response Types §3, §5)',
    async (type) => {
      const url = await location(await start(), { response_type: type, response_mode: 'query' })
      expect(url.startsWith(`${REDIRECT_URI}#`)).toBe(true)
      const error = new URLSearchParams(new URL(url).hash.slice(1))
      expect([error.get('error'), error.get('state')]).toEqual(['invalid_request', 'xyz'])
    },
  )

  it.each(TYPES.filter((type) => type !== 'code' && type !== 'none'))(
    '%s in a JWT in the query, unless it is encrypted (JARM §2.3.1)',
    async (response_type) => {
      const key = await generateKey('ECDH-ES')
      const encrypted = { authorization_encrypted_response_alg: 'ECDH-ES', jwks: { keys: [key.publicJwk()] } }
      const request = { response_type, response_mode: 'query.jwt', prompt: 'none' }
      const errorOf = async (client: object): Promise<unknown> => {
        const server = (await start(client)).register(jwtResponseModes())
        const url = new URL(await location(server, request))
        const text = url.searchParams.get('response') ?? new URLSearchParams(url.hash.slice(1)).get('response') ?? ''
        const jwt = text.split('.').length === 5 ? await decryption(key).open(text) : text
        return decodeUnverifiedJwt(jwt).claims['error']
      }
      expect(await errorOf({})).toBe('invalid_request')
      expect(await errorOf(encrypted)).toBe('login_required')
    },
  )

  it('none with the state of the request (Multiple Response Types §4)', async () => {
    const url = new URL(await location(await start(), { response_type: 'none', prompt: 'none' }))
    expect([url.searchParams.get('error'), url.searchParams.get('state')]).toEqual(['login_required', 'xyz'])
  })

  it('a client that is not registered for the type', async () => {
    const server = await start({ response_types: ['code'] })
    expect(await location(server, { response_type: 'code id_token' })).toMatch(/#.*error=unauthorized_client/)
    const other = await start({ grant_types: ['authorization_code'] })
    expect(await location(other, { response_type: 'code id_token' })).toMatch(/#.*error=unauthorized_client/)
  })

  it('a redirect URI without TLS of a client that is not native (Core §3.2.2.1)', async () => {
    const issuer = 'https://op.example'
    const redirect_uri = 'http://127.0.0.1/cb'
    const ask = async (client: object, response_type: string): Promise<unknown> => {
      const clients = staticClients([{ ...CLIENT, redirect_uris: [redirect_uri], ...client }])
      const { server } = bareServer({ issuer, keys: await testKeys(), clients })
      server.registerGrant(authorizationCodeGrant(), [codeChallenge()]).register(openId({ claims: () => ALICE }))
      server.register(hybridResponseType, idTokenResponseType, insecureFrontChannelTokens())
      const url = authenticationUrl({ redirect_uri, response_type }).replace(ISSUER, issuer)
      return server.validateAuthorizationRequest(new Request(url)).then(
        () => null,
        (error: unknown) => (error as AuthorizationError).error.code,
      )
    }
    expect(await ask({}, 'id_token')).toBe('invalid_request')
    expect(await ask({}, 'id_token token')).toBe('invalid_request')
    expect(await ask({}, 'code')).toBeNull()
    expect(await ask({}, 'code id_token')).toBeNull()
    expect(await ask({ application_type: 'native' }, 'id_token')).toBeNull()
  })

  it('a code without PKCE, in every combination (RFC 9700 §2.1.1)', async () => {
    const url = await location(await start(), { response_type: 'code id_token', code_challenge: undefined })
    expect(url).toMatch(/#.*error=invalid_request/)
  })

  it('tokens, unless they were registered by their name', async () => {
    const { server } = await provider({ clients: staticClients([CLIENT]) })
    server.register(hybridResponseType)
    expect(await location(server, { response_type: 'id_token token' })).toMatch(/error=unsupported_response_type/)
    expect(server.metadata().response_types_supported).toEqual(['code', 'code id_token'])
  })
})

it('is advertised (Discovery §3)', async () => {
  const metadata = (await start()).metadata()
  expect([...(metadata.response_types_supported ?? [])].sort()).toEqual([...TYPES].sort())
  expect(metadata.grant_types_supported).toContain('implicit')
})
