/**
 * The FAPI 2.0 Security Profile, as a client has to keep it.
 *
 * @spec FAPI 2.0 Security Profile §5.2 §5.3.3.1 §5.3.3.2 §5.4.1
 */

import { AuthlibError } from '@authlib/core'
import { decodeUnverifiedJwt } from '@authlib/jose'
import type { AuthorizationDraft, ClientContext, ClientExtension, ServerRequest } from '../extension.ts'
import { pushAuthorization } from './pushed-authorization.ts'

/** §5.4.1. */
const ALGORITHMS: readonly unknown[] = ['PS256', 'ES256', 'EdDSA', 'Ed25519']

const CLIENT_ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * Keeps a client to FAPI 2.0: it pushes every authorization request, and refuses a set-up, a server or an answer that breaks a
 * rule, before anything secret is sent. It needs `dpop()` or `mutualTls({ fetch })` beside it for the sender constraint, and the client
 * authenticates by `privateKeyJwt(key)` or by its certificate.
 *
 * @throws AuthlibError `profile_violation` from the call that breaks a rule; its message names the rule and the section
 * @example
 * const client = new OpenIDClient({ issuer, clientId, clientAuth: privateKeyJwt(key), extensions: [dpop(), fapi2()] })
 */
export function fapi2(): ClientExtension {
  return {
    name: 'fapi2',
    authorizingPhase: 'push',
    async authorizing(draft, options, client) {
      await assertServer(client)
      assertRequest(draft)
      if (draft.params['request_uri'] !== undefined) return draft // `pushedAuthorization` was there before
      return pushAuthorization(draft, client, options)
    },
    callback(params, _login, { extensions }) {
      const named = params.get('iss') !== undefined || extensions.some(({ name }) => name === 'signed_response')
      if (!named) throw broken('5.3.3.2', 'the authorization response must have `iss`')
      return params
    },
    async send(request, next, client) {
      await assertServer(client)
      return next(request)
    },
    encode(request, client) {
      assertAuthentication(request, client)
      return request
    },
    token(token, _answer, _about, { extensions }) {
      const bound = token.tokenType === 'DPoP' || bindsByCertificate(extensions)
      if (!bound) throw broken('5.3.3.1', 'access tokens must be bound to the client')
      if (token.idToken !== undefined && !isEncrypted(token.idToken)) {
        const { alg } = decodeUnverifiedJwt(token.idToken).header
        if (!ALGORITHMS.includes(alg)) throw broken('5.4.1', `an ID Token must not be signed by ${alg}`)
      }
      return token
    },
  }
}

/** What does not depend on a request: the other extensions, and what the server says of itself. */
async function assertServer({ extensions, issuer, allowInsecureTransport, metadata }: ClientContext): Promise<void> {
  const names = extensions.map(({ name }) => name)
  if (!names.includes('dpop') && !bindsByCertificate(extensions))
    throw broken('5.3.3.1', 'tokens must be bound to the client: add `dpop()` or `mutualTls({ fetch })`')
  if (names.includes('insecure_front_channel_tokens')) throw broken('5.3.3.2', 'the response type must be `code`')
  if (issuer === undefined) throw broken('5.3.3.1', 'the client must have an `issuer`, whose metadata it loads')
  if (allowInsecureTransport === true) throw broken('5.2.1', '`allowInsecureTransport` must not be set')
  const published = await metadata()
  const addresses = Object.entries(published).filter(([name]) => name === 'issuer' || /_(?:endpoint|uri)$/.test(name))
  const plain = addresses.find(([, url]) => typeof url === 'string' && !url.startsWith('https:'))
  if (plain !== undefined) throw broken('5.2.1', `\`${plain[0]}\` of the server must be https`)
  if (typeof published['pushed_authorization_request_endpoint'] !== 'string')
    throw broken('5.3.3.2', 'the server must have a `pushed_authorization_request_endpoint`')
  assertListed(published.code_challenge_methods_supported, ['S256'], '5.3.3.2', 'PKCE with S256')
  if (published.authorization_response_iss_parameter_supported !== true && !names.includes('signed_response'))
    throw broken('5.3.3.2', 'the server must promise `iss`: `authorization_response_iss_parameter_supported`')
  const methods = ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth']
  const { token_endpoint_auth_methods_supported: listed } = published
  assertListed(listed, methods, '5.3.3.1', 'client authentication by private_key_jwt or mutual TLS')
  const ids = published.id_token_signing_alg_values_supported
  if (ids !== undefined) assertListed(ids, ALGORITHMS, '5.4.1', 'ID Tokens signed by PS256, ES256 or EdDSA')
}

/** §5.3.3.2: a code, with a challenge that no one can compute back. */
function assertRequest({ params, login }: AuthorizationDraft): void {
  if (params['request_uri'] !== undefined) return
  const signed = params['request'] !== undefined // JAR: it was built from the same parameters
  if (!signed && params['response_type'] !== 'code') throw broken('5.3.3.2', 'the response type must be `code`')
  if (!signed && (params['code_challenge'] === undefined || params['code_challenge_method'] !== 'S256'))
    throw broken('5.3.3.2', 'PKCE with S256 must be used')
  if (new URL(login.redirectUri).protocol === 'http:') throw broken('5.3.2.2', 'the redirect URI must not be http')
}

/** §5.3.3.1: by a key or by a certificate, never by a secret. */
function assertAuthentication({ params, headers }: ServerRequest, { extensions }: ClientContext): void {
  const assertion = params['client_assertion']
  if (typeof assertion === 'string' && params['client_assertion_type'] === CLIENT_ASSERTION) {
    const { alg } = decodeUnverifiedJwt(assertion).header
    if (!ALGORITHMS.includes(alg)) throw broken('5.4.1', `a client assertion must not be signed by ${alg}`)
    return
  }
  const secret = headers['authorization'] !== undefined || params['client_secret'] !== undefined
  const certificate = extensions.some(({ name }) => name === 'mutual_tls')
  if (secret || !certificate)
    throw broken('5.3.3.1', 'the client must authenticate by `privateKeyJwt(key)` or mutual TLS')
}

function bindsByCertificate(extensions: readonly ClientExtension[]): boolean {
  return extensions.some((extension) => extension.name === 'mutual_tls' && extension.call !== undefined)
}

function isEncrypted(token: string): boolean {
  return token.split('.').length === 5
}

function assertListed(listed: unknown, wanted: readonly unknown[], section: string, what: string): void {
  if (Array.isArray(listed) && wanted.some((value) => listed.includes(value))) return
  throw broken(section, `the server must offer ${what}`)
}

function broken(section: string, rule: string): AuthlibError {
  return new AuthlibError('profile_violation', `FAPI 2.0 §${section}: ${rule}`, { status: 500 })
}
