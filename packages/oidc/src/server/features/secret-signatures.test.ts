import { createHmac } from 'node:crypto'
import {
  dynamicClientRegistration,
  staticClients,
  type AuthorizationServer,
  type ClientMetadata,
} from '@authlib/oauth2/server'
import { describe, expect, it } from 'vitest'
import { Browser, ISSUER, REDIRECT_URI } from '../../../../oauth2/test/journey.ts'
import { authenticationUrl, claimsOf, logIn, OTHER_RP, provider, RP, withToken } from '../../../test/provider.ts'
import { rpInitiatedLogout } from './rp-initiated-logout.ts'
import { secretSignatures, type SecretSignaturesOptions } from './secret-signatures.ts'

const SECRET = 'a-secret-of-at-least-sixty-four-bytes-for-hs512-0123456789-abcdefghijk'

async function start(
  metadata: Partial<ClientMetadata> = { id_token_signed_response_alg: 'HS256' },
  options?: SecretSignaturesOptions,
): Promise<{ server: AuthorizationServer; client: ClientMetadata }> {
  const client = { ...RP, client_secret: SECRET, post_logout_redirect_uris: [REDIRECT_URI], ...metadata }
  const { server } = await provider({ clients: staticClients([client, OTHER_RP]) })
  return { server: server.register(secretSignatures(options), rpInitiatedLogout()), client }
}

/** Whether the secret made the signature, by Node.js itself. */
function isSignedWith(token: unknown, secret: string, hash: string): boolean {
  const [header = '', payload = '', signature] = String(token).split('.')
  return createHmac(hash, secret).update(`${header}.${payload}`).digest('base64url') === signature
}

describe('an ID Token for a client with a secret', () => {
  it.each([
    ['HS256', 'sha256'],
    ['HS384', 'sha384'],
    ['HS512', 'sha512'],
  ] as const)('is signed with %s and the secret (Core §10.1)', async (alg, hash) => {
    const { server, client } = await start(
      { id_token_signed_response_alg: alg },
      { algorithms: ['HS256', 'HS384', 'HS512'] },
    )
    const { json } = await logIn(server, {}, { client })
    expect(isSignedWith(json['id_token'], SECRET, hash)).toBe(true)
    expect(claimsOf(json['id_token'])).toMatchObject({ sub: 'alice', aud: 'web', iss: ISSUER })
    expect(claimsOf(json['id_token'])['at_hash']).toMatch(/^[\w-]+$/)
  })

  it('is understood as a hint, at the login and at the logout (Core §3.1.2.1, RP-Initiated Logout §2)', async () => {
    const { server, client } = await start()
    const browser = new Browser(server)
    const { json } = await logIn(server, {}, { client, browser })
    const hint = String(json['id_token'])
    const again = await browser.open(authenticationUrl({ prompt: 'none', id_token_hint: hint }))
    expect(again.headers.get('location')).toContain('code=')
    const query = new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: REDIRECT_URI })
    const out = await browser.open(`${ISSUER}/end_session?${query.toString()}`)
    expect([out.status, out.headers.get('location')]).toEqual([303, REDIRECT_URI])
  })

  it('is no hint when another secret signed it (RFC 8725 §3.1)', async () => {
    const { server, client } = await start()
    const { json } = await logIn(server, {}, { client })
    const [header = '', payload = ''] = String(json['id_token']).split('.')
    const forged = createHmac('sha256', 'x'.repeat(40)).update(`${header}.${payload}`).digest('base64url')
    const answer = await new Browser(server).open(
      authenticationUrl({ id_token_hint: `${header}.${payload}.${forged}` }),
    )
    expect(answer.headers.get('location')).toContain('error=invalid_request')
  })

  it('is not issued with a secret that is too short for the algorithm (RFC 7518 §3.2)', async () => {
    const metadata = { id_token_signed_response_alg: 'HS512', client_secret: 'only-thirty-two-bytes-0123456789' }
    const { server, client } = await start(metadata, { algorithms: ['HS512'] })
    expect((await logIn(server, {}, { client })).json).toEqual({ error: 'server_error' })
  })

  it('is offered only where the feature is registered (Discovery §3)', async () => {
    const { server } = await start()
    expect(server.metadata()['id_token_signing_alg_values_supported']).toContain('HS256')
    const client = { ...RP, client_secret: SECRET, id_token_signed_response_alg: 'HS256' }
    const { server: without } = await provider({ clients: staticClients([client]) })
    const answer = await new Browser(without).open(authenticationUrl())
    expect(answer.headers.get('location')).toContain('error=invalid_request')
  })
})

describe('a public client (Core §10.1)', () => {
  const hmac = { id_token_signed_response_alg: 'HS256', token_endpoint_auth_method: 'none' }

  it.each([undefined, SECRET])('gets no signature by a secret, whatever it is registered with: %s', async (secret) => {
    const { server } = await start({ ...hmac, client_secret: secret })
    const answer = await new Browser(server).open(authenticationUrl())
    expect(answer.headers.get('location')).toContain('error=invalid_request')
  })

  it('cannot register for it', async () => {
    const { server } = await start()
    server.register(dynamicClientRegistration({ access: 'open' }))
    const register = async (metadata: object): Promise<[number, unknown]> => {
      const body = JSON.stringify({ redirect_uris: [REDIRECT_URI], ...metadata })
      const headers = { 'content-type': 'application/json' }
      const answer = await server.fetch(new Request(`${ISSUER}/register`, { method: 'POST', headers, body }))
      return [answer.status, ((await answer.json()) as { error?: string }).error]
    }
    expect(await register(hmac)).toEqual([400, 'invalid_client_metadata'])
    expect(await register({ ...hmac, token_endpoint_auth_method: 'client_secret_basic' })).toEqual([201, undefined])
    const userinfo = { token_endpoint_auth_method: 'none', userinfo_signed_response_alg: 'HS256' }
    expect(await register(userinfo)).toEqual([400, 'invalid_client_metadata'])
  })
})

it('signs userinfo answers with the secret (Core §5.3.2)', async () => {
  const { server, client } = await start({ userinfo_signed_response_alg: 'HS256' })
  const { json } = await logIn(server, {}, { client })
  const answer = await withToken(server, '/userinfo', json['access_token'])
  expect(answer.headers.get('content-type')).toBe('application/jwt')
  expect(isSignedWith(await answer.text(), SECRET, 'sha256')).toBe(true)
})
