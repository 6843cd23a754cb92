/**
 * The API at which a client looks at its grants and ends them.
 *
 * @spec Grant Management for OAuth 2.0
 * @spec RFC 6750 §3
 */

import { constantTimeEqual, jsonResponse, noStore, type HttpRequest, type JsonObject } from '@authlib/core'
import { certificateThumbprint } from '../../certificate-thumbprint.ts'
import { DpopProofError, dpopVerifier, type DpopVerifier } from '../../dpop-proof.ts'
import { OAuth2Error } from '../../errors.ts'
import { storedReplays } from '../../replay-store.ts'
import { formatScope } from '../../scope.ts'
import type { Authorization } from '../contract/authorization.ts'
import type { FoundToken } from '../contract/plans.ts'
import type { Endpoint } from '../contract/registrable.ts'
import type { Server } from '../contract/server.ts'
import { findAllOf, findGrants } from './grant-record.ts'

export interface GrantEndpointOptions {
  /** Members to add to the answer of a query, such as the accounts that a person has chosen. */
  readonly describe?: ((authorization: Authorization) => JsonObject | Promise<JsonObject>) | undefined
}

const NAME = 'grant_management'

/** `GET` and `DELETE` of `/grants/:id`. */
export function grantEndpoint(actions: readonly string[], { describe }: GrantEndpointOptions): Endpoint {
  const verify = dpopVerifier()
  const methods = [...(actions.includes('query') ? ['GET'] : []), ...(actions.includes('revoke') ? ['DELETE'] : [])]
  return {
    kind: 'endpoint',
    name: NAME,
    path: '/grants/:id',
    methods,
    cors: false, // called by servers
    metadata: (server) => ({ grant_management_endpoint: server.url(NAME).replace(/\/:id$/, '') }),
    async handle(http, server, id = '') {
      const scope = http.method === 'DELETE' ? 'grant_management_revoke' : 'grant_management_query'
      const { authorization } = await requireToken(server, http, { id, scope, verify })
      const grants = await findGrants(server, authorization, id)
      const newest = grants.at(-1)
      if (!newest) return { status: 404, headers: noStore, body: '' } // another client's grant is as good as none
      if (http.method !== 'DELETE')
        return jsonResponse(200, { ...describeGrant(newest), ...(await describe?.(newest)) }, noStore)
      // With what was approved for it and not redeemed yet: that would bring back what ends here.
      const all = await findAllOf(server, authorization, id)
      for (const grant of all) await server.authorizations.revoke({ authorizationId: grant.id }, 'revocation')
      return { status: 204, headers: noStore, body: '' }
    },
  }
}

function describeGrant({ scope, data, createdAt, expiresAt }: Authorization): JsonObject {
  const { resources, authorizationDetails: details } = data
  return {
    scopes: [
      { scope: formatScope(scope), ...(Array.isArray(resources) && resources.length > 0 && { resource: resources }) },
    ],
    ...(Array.isArray(details) && { authorization_details: details }),
    created_at: createdAt,
    expires_at: expiresAt,
  }
}

/** @throws OAuth2Error `invalid_token` (401), `insufficient_scope` (403) */
async function requireToken(
  server: Server,
  http: HttpRequest,
  { id, scope, verify }: { id: string; scope: string; verify: DpopVerifier },
): Promise<FoundToken> {
  const [, scheme = '', text = ''] =
    /^(Bearer|DPoP) +([\w.~+/-]+=*)$/i.exec(http.headers.get('authorization') ?? '') ?? []
  if (text === '') throw refused('invalid_token', 'no access token')
  const token = await server.tokens.find(text)
  if (token?.kind !== 'access_token') throw refused('invalid_token', 'unknown, expired or revoked')
  const { audience } = token
  const ours =
    audience.length === 0 ||
    audience.includes(server.issuer) ||
    audience.includes(server.url(NAME).replace(/\/:id$/, ''))
  if (!ours) throw refused('invalid_token', 'the token is for another resource')
  if ((token.tokenType ?? 'Bearer').toLowerCase() !== scheme.toLowerCase())
    throw refused('invalid_token', 'another scheme')
  await requireSender(server, http, { id, token, text, verify })
  if (!token.scope.includes(scope)) throw refused('insufficient_scope', `the token lacks ${scope}`)
  return token
}

/** A token that is bound to a key is of use to its holder alone. RFC 8705 §3, RFC 9449 §7 */
async function requireSender(
  server: Server,
  http: HttpRequest,
  { id, token, text, verify }: { id: string; token: FoundToken; text: string; verify: DpopVerifier },
): Promise<void> {
  const { cnf } = token.claims
  if (cnf === undefined) return
  const { 'x5t#S256': certificate, jkt, ...others } = cnf as JsonObject // sound: the server wrote it
  if (Object.keys(others).length > 0) throw refused('invalid_token', 'the token is bound in another way')
  if (certificate !== undefined) {
    const shown = http.clientCertificate && (await certificateThumbprint(http.clientCertificate))
    if (typeof certificate !== 'string' || shown === undefined || !constantTimeEqual(shown, certificate)) {
      throw refused('invalid_token', 'the client certificate is missing, or another one')
    }
  }
  if (jkt === undefined) return
  try {
    const now = server.clock()
    const expected = { method: http.method, url: server.url(NAME, id), now, accessToken: text }
    const proof = await verify(http.headers.get('dpop') ?? '', expected)
    const fresh = await storedReplays(server.store, 'dpop_grants').use(proof.replayId, proof.expiresAt, now)
    if (!fresh || proof.jkt !== jkt) throw refused('invalid_token', 'the DPoP proof is of another key, or was used')
  } catch (error) {
    if (!(error instanceof DpopProofError)) throw error
    throw refused('invalid_token', error.reason ?? error.code)
  }
}

/** RFC 6750 §3.1 */
function refused(code: 'invalid_token' | 'insufficient_scope', reason: string): OAuth2Error {
  const status = code === 'invalid_token' ? 401 : 403
  return new OAuth2Error(code, '', { status, reason, headers: [['www-authenticate', `Bearer error="${code}"`]] })
}
