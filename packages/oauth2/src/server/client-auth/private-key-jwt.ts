/**
 * Client authentication by a JWT that the client signs with its private key.
 *
 * @spec RFC 7523 §2.2
 * @spec OpenID Connect Core 1.0 §9
 */

import { findJwsRow, jwsAlgorithms } from '@authlib/jose'
import { invalidClient } from '../../errors.ts'
import type { ClientAuthMethod } from '../contract/registrable.ts'
import { assertionVerifier, isHmac, readAssertion, type ClientAssertionOptions } from './client-assertion.ts'
import { clientKeys } from '../records/client-keys.ts'

const asymmetric = jwsAlgorithms.filter((alg) => findJwsRow(alg)?.kty !== 'oct')

/**
 * `private_key_jwt`. The client registers `jwks` or `jwks_uri`; each assertion is accepted once.
 *
 * @example
 * server.register(privateKeyJwt({ audience: 'issuer' }))
 */
export function privateKeyJwt(options: ClientAssertionOptions = {}): ClientAuthMethod {
  const verify = assertionVerifier(options)
  const supported = options.algorithms?.filter((alg) => !isHmac(alg)) ?? asymmetric
  return {
    kind: 'client_auth_method',
    method: 'private_key_jwt',
    metadata: { token_endpoint_auth_signing_alg_values_supported: supported },
    provides: ['asymmetric_client_authentication'],
    settings: { audience: options.audience ?? 'issuer_or_endpoint', leeway: options.leeway },
    async authenticate(_request, params, server, endpoint) {
      const assertion = readAssertion(params)
      if (!assertion || isHmac(assertion.alg)) return null
      const client = await server.clients.find(assertion.clientId, { endpoint })
      const keys = client && clientKeys(server, client)
      if (!client) throw invalidClient('', { reason: 'unknown client' })
      if (!keys) throw invalidClient('', { reason: 'the client has no jwks and no jwks_uri' })
      await verify(assertion, client, keys, supported, { server, endpoint })
      return client
    },
  }
}
