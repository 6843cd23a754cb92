/**
 * JWT-secured authorization responses: the parameters as a JWT that the server signs, and encrypts for clients that want it.
 *
 * @spec JARM §2 §3 §4
 */

import { redirectResponse, type HttpResponse } from '@authlib/core'
import { addFragment, addQuery, assertSeconds, refuseUnknownOptions } from '@authlib/core/kit'
import { encryptJwt, signJwt } from '@authlib/jose'
import { invalidRequest, serverError } from '../../errors.ts'
import type { Client } from '../contract/client.ts'
import { on } from '../contract/moments.ts'
import type { Feature, ResponseMode } from '../contract/registrable.ts'
import { clientRegistering } from '../contract/registration.ts'
import type { ResponseTarget } from '../contract/requests.ts'
import { jwksEndpoint } from '../features/jwks.ts'
import { ANSWER_ENCRYPTIONS, ANSWER_KEY_ALGORITHMS, checkAnswerMembers } from '../records/answer-members.ts'
import { clientEncryptionKey } from '../records/client-keys.ts'
import { postPage } from './form-post.ts'

export interface JwtResponseModesOptions {
  /** Seconds that a response is valid. JARM §2.1 recommends at most 600. Default 600. */
  readonly lifetime?: number | undefined
  /** Refuses every other response mode, as FAPI 2.0 Message Signing §5.4.1 wants. Default false. */
  readonly required?: boolean | undefined
}

type Carry = (target: ResponseTarget, response: string) => HttpResponse

const inQuery: Carry = ({ redirectUri }, response) => redirectResponse(addQuery(redirectUri, { response }))
const inFragment: Carry = ({ redirectUri }, response) => redirectResponse(addFragment(redirectUri, { response }))
const byForm: Carry = ({ redirectUri }, response) => postPage(redirectUri, { response })
const byDefault: Carry = (target, response) =>
  target.defaultMode === 'fragment' ? inFragment(target, response) : inQuery(target, response)

/**
 * Adds the response modes `query.jwt`, `fragment.jwt`, `form_post.jwt` and `jwt`. A client may register
 * `authorization_signed_response_alg`, `authorization_encrypted_response_alg` and `authorization_encrypted_response_enc`.
 *
 * @example
 * server.register(jwtResponseModes())
 */
export function jwtResponseModes({
  lifetime = 600,
  required = false,
  ...others
}: JwtResponseModesOptions = {}): Feature {
  refuseUnknownOptions('jwtResponseModes', others)
  assertSeconds({ lifetime }, 1)
  const mode = (responseMode: string, carry: Carry): ResponseMode => ({
    kind: 'response_mode',
    responseMode,
    respond: async (params, target) => carry(target, await secure(params, target, lifetime)),
  })
  return {
    kind: 'feature',
    name: 'jwt_response_modes',
    settings: { lifetime, required },
    metadata: (server) => ({
      authorization_signing_alg_values_supported: server.requireKeys().algorithms,
      authorization_encryption_alg_values_supported: ANSWER_KEY_ALGORITHMS,
      authorization_encryption_enc_values_supported: ANSWER_ENCRYPTIONS,
    }),
    includes: [
      jwksEndpoint,
      mode('query.jwt', inQuery),
      mode('fragment.jwt', inFragment),
      mode('form_post.jwt', byForm),
      mode('jwt', byDefault),
      {
        kind: 'extension',
        name: 'jwt_response_modes',
        handlers: [on(clientRegistering, (request) => checkAnswerMembers('authorization', request))], // JARM §3
        validateAuthorizationRequest(request) {
          if (request.kind !== 'authorization') return
          const { responseMode, defaultMode, client } = request
          if (required && !/(^|\.)jwt$/.test(responseMode.responseMode)) {
            throw invalidRequest('response_mode must be jwt, or end with .jwt')
          }
          // A token must not stand in a query, unless it is encrypted. JARM §2.3.1
          if (responseMode.responseMode !== 'query.jwt' || defaultMode !== 'fragment' || isEncrypted(client)) return
          throw invalidRequest('response_mode query.jwt needs an encrypted response here')
        },
      },
    ],
  }
}

async function secure(
  params: Readonly<Record<string, string>>,
  { server, client }: ResponseTarget,
  lifetime: number,
): Promise<string> {
  const keys = server.requireKeys()
  const wanted = text(client, 'authorization_signed_response_alg') ?? 'RS256' // JARM §3
  const key = await keys.signingKey(
    keys.algorithms.includes(wanted) || isRegistered(client, 'authorization_signed_response_alg') ? wanted : undefined,
  )
  const claims = { ...params, iss: server.issuer, aud: client.clientId, exp: server.clock() + lifetime } // JARM §2.1
  const signed = await signJwt(claims, key)
  return isEncrypted(client) ? encrypt(signed, { server, client }) : signed
}

async function encrypt(signed: string, { server, client }: Pick<ResponseTarget, 'server' | 'client'>): Promise<string> {
  const alg = text(client, 'authorization_encrypted_response_alg') ?? ''
  const registered = text(client, 'authorization_encrypted_response_enc') ?? 'A128CBC-HS256' // JARM §3
  const enc = ANSWER_ENCRYPTIONS.find((one) => one === registered)
  if (!ANSWER_KEY_ALGORITHMS.includes(alg) || enc === undefined) {
    throw serverError('', { reason: `responses are not encrypted with ${alg} and ${registered}` }) // none but what is published
  }
  const key = await clientEncryptionKey(server, client, alg)
  if (!key) throw serverError('', { reason: `the client has no key for ${alg}` })
  return encryptJwt(signed, key, { alg, enc })
}

function isEncrypted(client: Client): boolean {
  return isRegistered(client, 'authorization_encrypted_response_alg')
}

function isRegistered(client: Client, member: string): boolean {
  return text(client, member) !== undefined
}

function text({ metadata }: Client, member: string): string | undefined {
  const value = metadata[member]
  return typeof value === 'string' ? value : undefined
}
