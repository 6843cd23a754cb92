/**
 * Introspection answers as JWTs that the server signs, and encrypts for callers that want it.
 *
 * @spec RFC 9701
 */

import { noStore, type HttpResponse } from '@authlib/core'
import { encryptJwt, signJwt, type JweEncryptionName } from '@authlib/jose'
import { OAuth2Error, serverError } from '../../errors.ts'
import { clientMember, memberTypes } from '../contract/client-member.ts'
import { on } from '../contract/moments.ts'
import type { Feature } from '../contract/registrable.ts'
import { clientRegistering, type RegistrationRequest } from '../contract/registration.ts'
import { clientEncryptionKey } from '../records/client-keys.ts'
import { introspectionAnswer, type IntrospectionAnswer } from './introspection.ts'
import { jwksEndpoint } from './jwks.ts'

const MEDIA_TYPE = 'application/token-introspection+jwt'

const signingAlg = clientMember('introspection_signed_response_alg', memberTypes.string)
const encryptionAlg = clientMember('introspection_encrypted_response_alg', memberTypes.string)
const encryption = clientMember('introspection_encrypted_response_enc', memberTypes.string)

const ENCRYPTION_ALGORITHMS: readonly string[] = [
  ...['RSA-OAEP-256', 'RSA-OAEP', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'],
]
const ENCRYPTIONS: readonly JweEncryptionName[] = ['A128CBC-HS256', 'A256CBC-HS512', 'A128GCM', 'A256GCM']

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
      introspection_encryption_alg_values_supported: ENCRYPTION_ALGORITHMS,
      introspection_encryption_enc_values_supported: ENCRYPTIONS,
    }),
    includes: [
      jwksEndpoint,
      {
        kind: 'extension',
        name: 'signed_introspection',
        handlers: [
          on(clientRegistering, checkRegistration),
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

/** §6 @throws OAuth2Error `invalid_client_metadata` */
function checkRegistration({ server, metadata }: RegistrationRequest): void {
  const signed = signingAlg.read({ metadata })
  if (signed !== undefined && !server.requireKeys().algorithms.some((alg) => alg === signed))
    throw unsupported(signingAlg)
  const alg = encryptionAlg.read({ metadata })
  const enc = encryption.read({ metadata })
  if (alg === undefined) {
    if (enc !== undefined) throw invalidMember(`${encryption.name} without ${encryptionAlg.name}`)
    return
  }
  if (!ENCRYPTION_ALGORITHMS.includes(alg)) throw unsupported(encryptionAlg)
  if (enc !== undefined && !ENCRYPTIONS.some((known) => known === enc)) throw unsupported(encryption)
  if (metadata['jwks'] === undefined && metadata['jwks_uri'] === undefined) {
    throw invalidMember(`${encryptionAlg.name} lacks jwks or jwks_uri`)
  }
}

function unsupported({ name }: { readonly name: string }): OAuth2Error {
  return invalidMember(`${name} is not supported`)
}

function invalidMember(description: string): OAuth2Error {
  return new OAuth2Error('invalid_client_metadata', description)
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
  const enc = ENCRYPTIONS.find((one) => one === wantedEnc)
  if (!ENCRYPTION_ALGORITHMS.includes(alg) || enc === undefined) {
    throw serverError('', { reason: `answers are not encrypted with ${alg} and ${wantedEnc}` }) // none but what is published
  }
  const key = await clientEncryptionKey(server, caller, alg)
  if (!key) throw serverError('', { reason: `the client has no key for ${alg}` })
  return encryptJwt(signed, key, { alg, enc })
}
