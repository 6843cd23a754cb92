import { memoryStore, systemClock } from '@authlib/core'
import { generateKey, staticKeys } from '@authlib/jose'
import { OAuth2Client, revokeToken, introspectToken } from '@authlib/oauth2/client'
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
import { OpenIDClient, fetchUserinfo } from '@authlib/oidc/client'
import { openId } from '@authlib/oidc/server'
import { describe, expect, it } from 'vitest'

const ISSUER = 'https://as.example'
const API = 'https://api.example'
const redirectUri = 'https://app.example/callback'
const client = { clientId: 'web', clientSecret: 'a secret that the client and the server share' }

async function startServer() {
  const server = new AuthorizationServer({
    issuer: ISSUER,
    store: memoryStore(),
    interaction: 'callback',
    secrets: ['a secret of at least 32 characters'],
    keys: staticKeys([await generateKey('ES256')]),
    clients: staticClients([
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        scope: 'openid email offline_access api:read',
      },
    ]),
  })
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .registerGrant(refreshTokenGrant())
    .registerEndpoint(revocationEndpoint())
    .registerEndpoint(introspectionEndpoint())
    .registerExtension(issuerParameter)
    .register(jwtAccessToken({ audience: API }))
    .register(openId({ claims: () => ({ email: 'alice@mail.example' }) }))
  const fetch: typeof globalThis.fetch = (input, init) => server.fetch(new Request(input, init))
  return { server, fetch }
}

/** What a login page does: the redirect that takes the browser back to the client, once alice has agreed. */
async function approve(server: AuthorizationServer, url: string): Promise<string> {
  const request = await server.validateAuthorizationRequest(new Request(url))
  const decision = { subject: 'alice', authTime: systemClock(), scope: request.scope }
  const { headers } = await server.createAuthorizationResponse(request, decision)
  return new Map(headers).get('location') ?? ''
}

describe('a code flow in memory', () => {
  it('ends with an access token that an API accepts, a refresh and a revocation', async () => {
    const { server, fetch } = await startServer()
    const web = new OAuth2Client({ ...client, issuer: ISSUER, scope: ['offline_access', 'api:read'], fetch })
    const { url, login } = await web.createAuthorization({ redirectUri })
    const { token } = await web.finishAuthorization(await approve(server, url), login)

    const protector = new ResourceProtector({ resource: API, validators: [jwtValidator({ issuer: ISSUER, fetch })] })
    const call = (accessToken: string) =>
      protector.protect(
        new Request(`${API}/things`, { headers: { authorization: `Bearer ${accessToken}` } }),
        'api:read',
      )
    expect(await call(token.accessToken)).toMatchObject({ subject: 'alice', clientId: 'web' })

    const second = await web.refresh(token)
    expect(second.accessToken).not.toBe(token.accessToken)
    expect(await call(second.accessToken)).toMatchObject({ subject: 'alice' })

    await revokeToken(web, second)
    expect(await introspectToken(web, second)).toEqual({ active: false })
    await expect(web.refresh(second)).rejects.toMatchObject({ code: 'invalid_grant' })
  })

  it('logs someone in with OpenID Connect (OpenID Connect Core §3.1)', async () => {
    const { server, fetch } = await startServer()
    const web = new OpenIDClient({ ...client, issuer: ISSUER, scope: ['email'], userinfo: fetchUserinfo, fetch })
    const { url, login } = await web.createAuthorization({ redirectUri })
    const { claims, profile } = await web.finishAuthorization(await approve(server, url), login)
    expect(claims).toMatchObject({ iss: ISSUER, sub: 'alice', aud: 'web' })
    expect(profile).toMatchObject({ email: 'alice@mail.example' })
  })

  it('redeems a code once (RFC 6749 §4.1.2)', async () => {
    const { server, fetch } = await startServer()
    const web = new OAuth2Client({ ...client, issuer: ISSUER, scope: ['api:read'], fetch })
    const { url, login } = await web.createAuthorization({ redirectUri })
    const callback = await approve(server, url)
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => web.finishAuthorization(callback, login)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})
