/**
 * ID Tokens: who logged in, when and how, said to one client.
 *
 * @spec OpenID Connect Core 1.0 §2 §3.1.3.6 §3.3.2.11
 */

import type { JsonObject } from '@authlib/core'
import { signJwt } from '@authlib/jose'
import type { Authorization, Client, Server, TokenRequest } from '@authlib/oauth2/server'
import { halfHash } from '../hashes.ts'
import { clientAnswer, firstOf, idTokenClaims, subjectFor } from './moments.ts'
import { registeredAlgorithm, signatureAlgorithms } from './registration.ts'
import { signingKeyFor } from './signing.ts'

/** What an ID Token is made of. */
export interface IdTokenDraft {
  readonly client: Client
  readonly subject: string
  /** The login that it tells of. */
  readonly authorization: Authorization
  /** NumericDate. */
  readonly issuedAt: number
  /** Seconds. */
  readonly lifetime: number
  readonly nonce?: string | undefined
  /** The access token that is issued with it. */
  readonly accessToken?: string | undefined
  /** The authorization code that is issued with it. */
  readonly code?: string | undefined
  /** The `state` of a response that carries it. */
  readonly state?: string | undefined
  /** The refresh token that is pushed with it. CIBA Core §10.3.1 */
  readonly refreshToken?: string | undefined
  /** The request that the push answers. CIBA Core §10.3.1 */
  readonly authReqId?: string | undefined
  /** The token request that is answered with it. */
  readonly request?: TokenRequest | undefined
  /** About the end-user. Protocol claims win. */
  readonly claims?: JsonObject | undefined
  /** For clients that are registered for no algorithm. Default: the first of the server's keys. */
  readonly algorithm?: string | undefined
}

/** A signed ID Token, encrypted where the client wants it. Its audience is the client alone, so that it needs no `azp`. */
export async function createIdToken(server: Server, draft: IdTokenDraft): Promise<string> {
  const { client, subject, authorization, issuedAt, nonce, accessToken, code, state, refreshToken } = draft
  const alg =
    registeredAlgorithm(client, 'id_token_signed_response_alg', server) ??
    draft.algorithm ??
    signatureAlgorithms(server)[0]!
  const key = await signingKeyFor(server, client, alg)
  const hash = (value: string | undefined): Promise<string> | undefined =>
    value === undefined ? undefined : halfHash(value, alg, key.crv)
  const claims = {
    ...draft.claims,
    ...(await addedClaims(server, draft)),
    iss: server.issuer,
    sub: await subjectFor({ server, client, subject }),
    aud: client.clientId,
    exp: issuedAt + draft.lifetime,
    iat: issuedAt,
    auth_time: authorization.authTime,
    nonce,
    acr: authorization.acr,
    amr: authorization.amr,
    at_hash: await hash(accessToken),
    c_hash: await hash(code),
    s_hash: await hash(state),
    'urn:openid:params:jwt:claim:rt_hash': await hash(refreshToken),
    'urn:openid:params:jwt:claim:auth_req_id': draft.authReqId,
  }
  const content = await signJwt(claims, key, { alg })
  return (await firstOf(server.handlers(clientAnswer), { server, client, use: 'id_token', content })) ?? content
}

async function addedClaims(server: Server, draft: IdTokenDraft): Promise<JsonObject> {
  let added: JsonObject = {}
  for (const add of server.handlers(idTokenClaims)) added = { ...added, ...(await add({ ...draft, server })) }
  return added
}
