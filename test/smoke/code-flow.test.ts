import { memoryStore } from '@authlib/core'
import { generateKey, staticKeys } from '@authlib/jose'
import { OAuth2Client } from '@authlib/oauth2/client'
import { jwtAccessToken as jwtValidator, ResourceProtector } from '@authlib/oauth2/resource'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  codeChallenge,
  introspectionEndpoint,
  issuerParameter,
  jwtAccessToken,
  refreshTokenGrant,
  revocationEndpoint,
  staticClients,
} from '@authlib/oauth2/server'
import { describe, expect, it } from 'vitest'

const ISSUER = 'https://as.example'
const API = 'https://api.example'
const redirectUri = 'https://app.example/callback'
const client = { clientId: 'web', clientSecret: 'a secret that the client and the server share' }

async function world() {
  const server = new AuthorizationServer({
    issuer: ISSUER,
    store: memoryStore(),
    secrets: ['a secret of at least 32 characters'],
    keys: staticKeys([await generateKey('ES256')]),
    clients: staticClients([
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        scope: 'api:read',
      },
    ]),
  })
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .registerGrant(refreshTokenGrant())
    .registerEndpoint(revocationEndpoint())
    .registerEndpoint(introspectionEndpoint())
    .registerExtension(issuerParameter)
    .register(jwtAccessToken({ audience: API }))
  const fetch: typeof globalThis.fetch = (input, init) => server.fetch(new Request(input, init))
  return { server, fetch }
}

describe('a code flow in memory', () => {
  it('ends with an access token that an API accepts, a refresh and a revocation', async () => {
    const { server, fetch } = await world()
    const web = new OAuth2Client({ ...client, issuer: ISSUER, scope: ['api:read'], fetch })

    const { url, login } = await web.createAuthorization({ redirectUri })
    const request = await server.validateAuthorizationRequest(new Request(url))
    const answer = await server.createAuthorizationResponse(request, { subject: 'alice', scope: request.scope })
    const callback = new Map(answer.headers).get('location') ?? ''
    const { token } = await web.finishAuthorization(callback, login)

    const protector = new ResourceProtector({ resource: API, validators: [jwtValidator({ issuer: ISSUER, fetch })] })
    const call = (accessToken: string) =>
      protector.protect(
        new Request(`${API}/things`, { headers: { authorization: `Bearer ${accessToken}` } }),
        'api:read',
      )
    expect(await call(token.accessToken)).toMatchObject({ subject: 'alice', clientId: 'web' })

    const second = await web.refresh(token)
    expect(second.accessToken).not.toBe(token.accessToken)
    expect(await call(second.accessToken)).toMatchObject({ subject: 'alice', scope: ['api:read'] })

    await web.revoke(second)
    expect(await web.introspect(second)).toEqual({ active: false })
    await expect(web.refresh(second)).rejects.toMatchObject({ code: 'invalid_grant' })
  })

  it('redeems a code once (RFC 6749 §4.1.2)', async () => {
    const { server, fetch } = await world()
    const web = new OAuth2Client({ ...client, issuer: ISSUER, fetch })
    const { url, login } = await web.createAuthorization({ redirectUri })
    const request = await server.validateAuthorizationRequest(new Request(url))
    const answer = await server.createAuthorizationResponse(request, { subject: 'alice', scope: request.scope })
    const callback = new Map(answer.headers).get('location') ?? ''
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => web.finishAuthorization(callback, login)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})
