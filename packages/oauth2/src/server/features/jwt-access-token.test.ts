import { generateKey, KeySet, staticKeys, verifyJwt, accessTokenPolicy } from '@authlib/jose'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { API, bareServer, ISSUER, obtainCode, post, redeem, WEB } from '../../../test/journey.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { introspectionEndpoint } from './introspection.ts'
import { revocationEndpoint } from './revocation.ts'
import { authorizationCodeGrant } from './authorization-code.ts'
import { clientCredentialsGrant } from './client-credentials.ts'
import { refreshTokenGrant } from './refresh-token.ts'
import { developmentPages } from '../interaction/development.ts'
import { codeChallenge } from './code-challenge.ts'
import { jwtAccessToken } from './jwt-access-token.ts'

const AUDIENCE = 'https://api.example'

async function jwtServer(algorithm = 'ES256'): Promise<AuthorizationServer> {
  const { server } = bareServer({ keys: staticKeys([await generateKey(algorithm)]) })
  return server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .registerGrant(refreshTokenGrant())
    .registerGrant(clientCredentialsGrant())
    .registerEndpoint(introspectionEndpoint())
    .registerEndpoint(revocationEndpoint())
    .register(jwtAccessToken({ audience: AUDIENCE, claims: () => ({ roles: ['admin'], iss: 'https://evil.example' }) }))
    .register(developmentPages({ users: [{ username: 'alice' }] }))
}

describe('JWT access tokens (RFC 9068)', () => {
  it.each(['ES256', 'RS256', 'EdDSA'])(
    'signed with %s are accepted by a foreign library through the published keys',
    async (algorithm) => {
      const server = await jwtServer(algorithm)
      const { json } = await redeem(server, await obtainCode(server))
      const jwks = (await (await server.fetch(new Request(String(server.metadata().jwks_uri)))).json()) as { keys: [] }
      const { payload, protectedHeader } = await jwtVerify(String(json['access_token']), createLocalJWKSet(jwks), {
        issuer: ISSUER,
        audience: AUDIENCE,
        typ: 'at+jwt',
      })
      expect(protectedHeader.alg).toBe(algorithm)
      expect(payload).toMatchObject({
        sub: 'alice',
        client_id: 'web',
        scope: 'read write',
        roles: ['admin'],
        iss: ISSUER,
      }) // protocol claims win
      expect(payload['auth_time']).toBeTypeOf('number')
      expect(JSON.stringify(jwks)).not.toContain('"d"')
      const keys = KeySet.from(jwks)
      const policy = accessTokenPolicy({
        issuer: ISSUER,
        audience: AUDIENCE,
        algorithms: [algorithm],
        clock: server.clock,
      })
      expect((await verifyJwt(String(json['access_token']), keys, policy)).claims.sub).toBe('alice')
    },
  )

  it('of a client acting for itself have the client as subject (§2.2)', async () => {
    const server = await jwtServer()
    const { json } = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    const found = await server.tokens.find(String(json['access_token']))
    expect(found?.claims['sub']).toBe('web')
  })

  it('are introspected like any other', async () => {
    const server = await jwtServer()
    const { json } = await redeem(server, await obtainCode(server))
    const answer = await post(server, '/introspect', { token: String(json['access_token']) }, { ...API })
    expect(answer.json).toEqual({ active: false }) // this resource server is not the audience
    const own = await post(server, '/introspect', { token: String(json['access_token']) }, WEB)
    expect(own.json).toMatchObject({ active: true, aud: AUDIENCE, scope: 'read write', sub: 'alice' })
  })

  it.each([
    ['by itself', 'access_token'],
    ['with its authorization', 'refresh_token'],
  ])('can be revoked %s', async (_case, which) => {
    const server = await jwtServer()
    const { json } = await redeem(server, await obtainCode(server))
    await post(server, '/revoke', { token: String(json[which]) }, WEB)
    expect(await server.tokens.find(String(json['access_token']))).toBeNull()
  })

  it('of a client acting for itself die with the client', async () => {
    const server = await jwtServer()
    const { json } = await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
    expect(await server.tokens.find(String(json['access_token']))).not.toBeNull()
    expect(await server.authorizations.revoke({ clientId: 'web' })).toBe(1)
    expect(await server.tokens.find(String(json['access_token']))).toBeNull()
  })

  it.each([['another key', async () => (await jwtServer()).requireKeys()]])(
    'of %s are not ours',
    async (_case, otherKeys) => {
      const server = await jwtServer()
      const other = bareServer({ keys: await otherKeys() })
        .server.registerGrant(clientCredentialsGrant())
        .register(jwtAccessToken({ audience: AUDIENCE }))
      const { json } = await post(other, '/token', { grant_type: 'client_credentials' }, WEB)
      expect(await server.tokens.find(String(json['access_token']))).toBeNull()
    },
  )
})
