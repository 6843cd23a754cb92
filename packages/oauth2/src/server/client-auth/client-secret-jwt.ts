/**
 * Client authentication by a JWT whose MAC the client makes with its secret.
 *
 * @spec RFC 7523 §2.2
 * @spec OpenID Connect Core 1.0 §9
 */

import { importSecret, JoseError, KeySet, type Key } from '@authlib/jose'
import { invalidClient } from '../../errors.ts'
import type { Client } from '../contract/client.ts'
import type { ClientAuthMethod } from '../contract/registrable.ts'
import { assertionVerifier, isHmac, readAssertion, type ClientAssertionOptions } from './client-assertion.ts'

const hmac = ['HS256', 'HS384', 'HS512']

/**
 * `client_secret_jwt`: the secret itself never travels. The server must keep it, which it does only for clients that are
 * registered for this method. `privateKeyJwt` needs no shared secret.
 */
export function clientSecretJwt(options: ClientAssertionOptions = {}): ClientAuthMethod {
  const verify = assertionVerifier(options)
  const supported = options.algorithms?.filter(isHmac) ?? hmac
  return {
    kind: 'client_auth_method',
    method: 'client_secret_jwt',
    metadata: { token_endpoint_auth_signing_alg_values_supported: supported },
    settings: { audience: options.audience ?? 'issuer_or_endpoint' },
    async authenticate(_request, params, server, endpoint) {
      const assertion = readAssertion(params)
      if (!assertion || !isHmac(assertion.alg)) return null
      const client = await server.clients.find(assertion.clientId, { endpoint })
      if (!client) throw invalidClient('', { reason: 'unknown client' })
      const keys = await secretKeys(client, assertion.alg, server.clock())
      if (keys.length === 0)
        throw invalidClient('', { reason: 'the client has no secret that is kept for this method' })
      await verify(assertion, client, KeySet.of(...keys), supported, { server, endpoint })
      return client
    },
  }
}

/** Of the secrets that are alive and long enough for the algorithm. RFC 7518 §3.2 */
async function secretKeys({ secrets }: Client, alg: string, now: number): Promise<readonly Key[]> {
  const keys: Key[] = []
  for (const { reveal, expiresAt } of secrets) {
    if (reveal === undefined || (expiresAt !== undefined && expiresAt <= now)) continue
    try {
      keys.push(await importSecret(await reveal(), { alg }))
    } catch (error) {
      if (!(error instanceof JoseError)) throw error
    }
  }
  return keys
}
