/**
 * A request as a JWT that a client has signed with a key it has registered.
 *
 * @spec RFC 9101 §4 §6
 */

import type { ParamValues } from '@authlib/core'
import {
  decodeUnverifiedJwt,
  decryption,
  JoseError,
  requestObjectPolicy,
  verifyJwt,
  type JwtClaims,
  type KeySetLike,
} from '@authlib/jose'
import { OAuth2Error } from '../../errors.ts'
import type { Client } from '../contract/client.ts'
import type { Server } from '../contract/server.ts'
import { clientKeys } from './client-keys.ts'

/** What is accepted. */
export interface SignedRequestRules {
  /** Signature algorithms. */
  readonly algorithms: readonly string[]
  /** Keys to decrypt with. Undefined: encrypted requests are refused. */
  readonly decryptionKeys?: KeySetLike | undefined
  /** `client_id` need not be there, as CIBA does not have it. Default false: it must be. RFC 9101 §5.2 */
  readonly clientIdOptional?: boolean | undefined
  /** Claims that must be there, beside `iss` and `aud`. */
  readonly required?: readonly string[] | undefined
  /** Longest time in seconds between `nbf` and `exp`. */
  readonly maxLifetime?: number | undefined
}

/** Most bytes of a signed request. */
export const MAX_SIGNED_REQUEST = 65_536

/** Claims about the JWT itself. Everything else is a parameter. */
const OWN_CLAIMS: readonly string[] = ['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sub']

/** The verified claims. @throws OAuth2Error `invalid_request_object` */
export async function verifySignedRequest(
  jwt: string,
  { server, client }: { readonly server: Server; readonly client: Client },
  { algorithms, decryptionKeys, clientIdOptional, required, maxLifetime }: SignedRequestRules,
): Promise<JwtClaims> {
  const keys = clientKeys(server, client)
  if (!keys) throw invalidRequestObject('the client has registered no keys')
  const encrypted = jwt.split('.').length === 5
  if (encrypted && !decryptionKeys) throw invalidRequestObject('encrypted request objects are not accepted')
  try {
    const { claims } = await verifyJwt(jwt, keys, {
      ...requestObjectPolicy({
        clientId: client.clientId,
        audience: server.issuer,
        algorithms,
        leeway: 10, // FAPI 2.0 Security Profile §5.3.2.1
        clock: server.clock,
      }),
      ...(clientIdOptional === true && { claims: { client_id: { value: client.clientId } } }),
      maxSize: MAX_SIGNED_REQUEST,
      ...(encrypted && decryptionKeys && { decryption: decryption(decryptionKeys) }),
      ...(required && { required }),
    })
    if ('request' in claims || 'request_uri' in claims) throw invalidRequestObject('it names another request') // §4
    const { nbf = 0, exp = 0 } = claims
    if (maxLifetime !== undefined && exp - nbf > maxLifetime) throw invalidRequestObject('it lives too long')
    return claims
  } catch (error) {
    if (!(error instanceof JoseError) || error.status >= 500) throw error
    throw invalidRequestObject('', { reason: reasonOf(error, jwt), cause: error })
  }
}

/** A list of `resource` or `audience` is a parameter that repeats; other JSON travels as its text. §4 */
export function signedParams(claims: JwtClaims): ParamValues {
  const values: Record<string, string | readonly string[]> = {}
  for (const [name, value] of Object.entries(claims)) {
    if (OWN_CLAIMS.includes(name) || value === undefined || value === null) continue
    if (typeof value === 'string') values[name] = value
    else if (isList(value) && REPEATABLE.includes(name)) values[name] = value
    else values[name] = JSON.stringify(value)
  }
  return values
}

/** As in a form. RFC 8707 §2, RFC 8693 §2.1 */
const REPEATABLE: readonly string[] = ['resource', 'audience']

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

/** RFC 9101 §7 */
function invalidRequestObject(description: string, options?: { reason?: string; cause?: unknown }): OAuth2Error {
  return new OAuth2Error('invalid_request_object', description, options)
}

/** For the log of the operator: what the JWT says, next to what was wrong with it. */
function reasonOf(error: JoseError, jwt: string): string {
  const what = error.reason === undefined ? error.code : `${error.code}: ${error.reason}`
  try {
    const { header, claims } = decodeUnverifiedJwt(jwt, { maxSize: MAX_SIGNED_REQUEST })
    return `${what} (alg ${header.alg}, iss ${claims.iss}, aud ${JSON.stringify(claims.aud)})`
  } catch {
    return what
  }
}
