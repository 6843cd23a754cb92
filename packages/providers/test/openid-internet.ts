/** An OpenID provider as a set of routes: metadata, keys, token and userinfo endpoint. Signs with its own code. */

import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import type { Route } from './internet.ts'

export interface OpenIDFixture {
  /** Where the metadata is, without the well-known path. */
  readonly discovery: string
  /** What the metadata says beside its endpoints. `issuer` defaults to `discovery`. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Claims of the ID Token. `iss` defaults to the issuer of the metadata. */
  readonly claims: Readonly<Record<string, unknown>>
  readonly userinfo?: Readonly<Record<string, unknown>>
  /** Signs with this secret instead of the key. */
  readonly secret?: string
  /** Replaces the token response. */
  readonly tokenResponse?: (usual: Readonly<Record<string, unknown>>, form: URLSearchParams) => Response
  /** Looks at the token request. */
  readonly check?: (request: Request, form: URLSearchParams) => void | Promise<void>
}

const host = 'https://provider.example'
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** `nonce` is what the authorization request carried. */
export function openidRoutes(fixture: OpenIDFixture, now: number, nonce: () => string | null): Record<string, Route> {
  const { discovery, metadata, claims, userinfo, secret, check, tokenResponse } = fixture
  const document = {
    issuer: discovery,
    authorization_endpoint: `${host}/authorize`,
    token_endpoint: `${host}/token`,
    userinfo_endpoint: `${host}/userinfo`,
    jwks_uri: `${host}/jwks`,
    id_token_signing_alg_values_supported: ['ES256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    ...metadata,
  }
  return {
    [`GET ${discovery.replace(/\/$/, '')}/.well-known/openid-configuration`]: () => Response.json(document),
    [`GET ${host}/jwks`]: () =>
      Response.json({ keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' }] }),
    [`POST ${host}/token`]: async (request, body) => {
      const form = new URLSearchParams(body)
      await check?.(request, form)
      const times = { iat: now, exp: now + 300, nonce: nonce() }
      const id_token = signed({ iss: document.issuer, aud: 'the-client', sub: 'u-1', ...times, ...claims }, secret)
      const usual = { access_token: 'at-1', token_type: 'Bearer', expires_in: 3600, refresh_token: 'rt-1', id_token }
      return tokenResponse === undefined ? Response.json(usual) : tokenResponse(usual, form)
    },
    [`GET ${host}/userinfo`]: () => Response.json({ sub: 'u-1', ...userinfo }),
  }
}

function signed(claims: object, secret?: string): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const header = secret === undefined ? { alg: 'ES256', kid: 'k1' } : { alg: 'HS256' }
  const input = `${encode(header)}.${encode(claims)}`
  const signature =
    secret === undefined
      ? sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
      : createHmac('sha256', secret).update(input).digest()
  return `${input}.${signature.toString('base64url')}`
}
