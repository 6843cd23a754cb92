/**
 * Introspection answers as JWTs that the server signs, and encrypts for callers that want it.
 *
 * @spec RFC 9701
 */

import { noStore, type HttpResponse } from '@authlib/core'
import { encryptJwt, signJwt } from '@authlib/jose'
import { serverError } from '../../errors.ts'
import { clientMember, memberTypes } from '../contract/client-member.ts'
import { on } from '../contract/moments.ts'
import type { Feature } from '../contract/registrable.ts'
import { clientRegistering } from '../contract/registration.ts'
import { ANSWER_ENCRYPTIONS, ANSWER_KEY_ALGORITHMS, checkAnswerMembers } from '../records/answer-members.ts'
import { clientEncryptionKey } from '../records/client-keys.ts'
import { introspectionAnswer, type IntrospectionAnswer } from './introspection.ts'
import { jwksEndpoint } from './jwks.ts'

const MEDIA_TYPE = 'application/token-introspection+jwt'

const signingAlg = clientMember('introspection_signed_response_alg', memberTypes.string)
const encryptionAlg = clientMember('introspection_encrypted_response_alg', memberTypes.string)
const encryption = clientMember('introspection_encrypted_response_enc', memberTypes.string)

/**
 * Signs the answers of {@link introspectionEndpoint} for callers that send `Accept: application/token-introspection+jwt`. A
 * client that is registered with `introspection_encrypted_response_alg` gets nothing but encrypted answers. It may register
 * `introspection_signed_response_alg` and `introspection_encrypted_response_enc` too.
 *
 * @example
 * server.register(introspectionEndpoint(), signedIntrospection())
 */
export function signedIntrospection(): Feature {
  return {
    kind: 'feature',
    name: 'signed_introspection',
    metadata: (server) => ({
      introspection_signing_alg_values_supported: server.requireKeys().algorithms, // §7
      introspection_encryption_alg_values_supported: ANSWER_KEY_ALGORITHMS,
      introspection_encryption_enc_values_supported: ANSWER_ENCRYPTIONS,
    }),
    includes: [
      jwksEndpoint,
      {
        kind: 'extension',
        name: 'signed_introspection',
        handlers: [
          on(clientRegistering, (request) => checkAnswerMembers('introspection', request)), // §6
          on(introspectionAnswer, async (about): Promise<HttpResponse | undefined> => {
            const wanted = encryptionAlg.read(about.caller) !== undefined || isAccepted(about)
            if (!wanted) return undefined
            return { status: 200, headers: [['content-type', MEDIA_TYPE], ...noStore], body: await secured(about) }
          }),
        ],
      },
    ],
  }
}

function isAccepted({ http }: IntrospectionAnswer): boolean {
  const types = (http.headers.get('accept') ?? '').split(',')
  return types.some((type) => type.split(';', 1)[0]?.trim().toLowerCase() === MEDIA_TYPE)
}

/** §5 */
async function secured({ server, caller, answer }: IntrospectionAnswer): Promise<string> {
  const keys = server.requireKeys()
  const registered = signingAlg.read(caller)
  const wanted = registered ?? (keys.algorithms.includes('RS256') ? 'RS256' : undefined) // §6
  const claims = { iss: server.issuer, aud: caller.clientId, iat: server.clock(), token_introspection: answer }
  const signed = await signJwt(claims, await keys.signingKey(wanted), {
    typ: 'token-introspection+jwt',
    lifetime: null,
  })
  const alg = encryptionAlg.read(caller)
  if (alg === undefined) return signed
  const wantedEnc = encryption.read(caller) ?? 'A128CBC-HS256' // §6
  const enc = ANSWER_ENCRYPTIONS.find((one) => one === wantedEnc)
  if (!ANSWER_KEY_ALGORITHMS.includes(alg) || enc === undefined) {
    throw serverError('', { reason: `answers are not encrypted with ${alg} and ${wantedEnc}` }) // none but what is published
  }
  const key = await clientEncryptionKey(server, caller, alg)
  if (!key) throw serverError('', { reason: `the client has no key for ${alg}` })
  return encryptJwt(signed, key, { alg, enc })
}
