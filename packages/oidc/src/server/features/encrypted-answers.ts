/**
 * Encryption of ID Tokens and userinfo answers for clients that are registered for it.
 *
 * @spec OpenID Connect Core 1.0 §5.3.2 §10.2
 * @spec OpenID Connect Registration 1.0 §2
 */

import { encryptJwe, encryptJwt, type JweEncryptionName } from '@authlib/jose'
import { serverError } from '@authlib/oauth2'
import { clientEncryptionKey, on, type Extension } from '@authlib/oauth2/server'
import { clientAnswer } from '../moments.ts'

export interface EncryptedAnswersOptions {
  /** Key management algorithms to offer, all with a public key of the client. Default RSA-OAEP-256, RSA-OAEP, ECDH-ES, ECDH-ES+A128KW and ECDH-ES+A256KW. */
  readonly algorithms?: readonly string[] | undefined
  /** Content encryption algorithms to offer. Default A128CBC-HS256, A256CBC-HS512, A128GCM and A256GCM. */
  readonly encryptions?: readonly JweEncryptionName[] | undefined
}

const ALGORITHMS = ['RSA-OAEP-256', 'RSA-OAEP', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW']
const ENCRYPTIONS: readonly JweEncryptionName[] = ['A128CBC-HS256', 'A256CBC-HS512', 'A128GCM', 'A256GCM']

/**
 * Encrypts for clients with `id_token_encrypted_response_alg` or `userinfo_encrypted_response_alg`, to a key of their
 * `jwks` or `jwks_uri`. A client that cannot be encrypted to gets an error, never a readable answer.
 *
 * @example
 * server.register(openId({ claims }), encryptedAnswers())
 */
export function encryptedAnswers({
  algorithms = ALGORITHMS,
  encryptions = ENCRYPTIONS,
}: EncryptedAnswersOptions = {}): Extension {
  const symmetric = algorithms.find((alg) => !/^(RSA|ECDH)-/.test(alg)) // §10.2: not for public clients, and of no published key
  if (symmetric !== undefined) throw new TypeError(`encryptedAnswers encrypts to public keys: not with ${symmetric}`)
  return {
    kind: 'extension',
    name: 'encrypted_answers',
    settings: { algorithms: [...algorithms], encryptions: [...encryptions] },
    metadata: {
      id_token_encryption_alg_values_supported: algorithms,
      id_token_encryption_enc_values_supported: encryptions,
      userinfo_encryption_alg_values_supported: algorithms,
      userinfo_encryption_enc_values_supported: encryptions,
    },
    handlers: [
      on(clientAnswer, async ({ server, client, use, content }) => {
        const alg = client.metadata[`${use}_encrypted_response_alg`]
        if (typeof alg !== 'string') return undefined
        const registered = client.metadata[`${use}_encrypted_response_enc`] ?? 'A128CBC-HS256' // Registration §2
        const enc = encryptions.find((one) => one === registered)
        if (!algorithms.includes(alg) || enc === undefined) {
          throw serverError('', { reason: `${use} cannot be encrypted with ${alg} and ${JSON.stringify(registered)}` })
        }
        const key = await clientEncryptionKey(server, client, alg)
        if (!key) throw serverError('', { reason: `the client has no key for ${alg}` })
        return typeof content === 'string'
          ? encryptJwt(content, key, { alg, enc }) // nested: signed, then encrypted
          : encryptJwe(JSON.stringify(content), key, { alg, enc }) // claims that are not signed. Core §5.3.2
      }),
    ],
  }
}
