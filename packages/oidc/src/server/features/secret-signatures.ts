/**
 * ID Tokens and userinfo answers that are signed with the secret of the client.
 *
 * @spec OpenID Connect Core 1.0 §10.1 §16.19
 * @spec OpenID Connect Registration 1.0 §2
 */

import { importSecret, JoseError, type Key } from '@authlib/jose'
import { on, type Client, type Extension, type Server } from '@authlib/oauth2/server'
import { secretSigning } from '../moments.ts'

export interface SecretSignaturesOptions {
  /** Default `HS256` alone. */
  readonly algorithms?: readonly ('HS256' | 'HS384' | 'HS512')[] | undefined
}

/**
 * Lets confidential clients register for `HS256` and the like. The key is the client's own secret, which is kept readable for
 * it: prefer keys, whose public half is published. A secret that is too short for the algorithm is refused.
 *
 * @example
 * server.register(openId({ claims }), secretSignatures({ algorithms: ['HS256', 'HS512'] }))
 */
export function secretSignatures({ algorithms = ['HS256'] }: SecretSignaturesOptions = {}): Extension {
  const offered: readonly string[] = algorithms
  return {
    kind: 'extension',
    name: 'secret_signatures',
    settings: { algorithms: [...algorithms] },
    metadata: { id_token_signing_alg_values_supported: offered, userinfo_signing_alg_values_supported: offered },
    handlers: [
      on(secretSigning, ({ server, client, alg }) => (offered.includes(alg) ? keysOf(server, client, alg) : undefined)),
    ],
  }
}

/** Of the secrets that live and are long enough, the newest last. RFC 7518 §3.2 */
async function keysOf(server: Server, { secrets }: Client, alg: string): Promise<readonly Key[]> {
  const now = server.clock()
  const keys: Key[] = []
  for (const { reveal, expiresAt } of secrets) {
    if (reveal === undefined || (expiresAt !== undefined && expiresAt <= now)) continue
    try {
      const key = await importSecret(await reveal(), { alg })
      if (key.supports(alg, 'sign')) keys.push(key) // long enough for this algorithm
    } catch (error) {
      if (!(error instanceof JoseError)) throw error // a secret that is the text of a key
    }
  }
  return keys
}
