/**
 * The decision of a person about temporary credentials, and the way back to the client.
 *
 * @spec RFC 5849 §2.2
 */

import { redirectResponse, type HttpResponse } from '@authlib/core'
import { addQuery, decodeBase64url, isStorable, sha256Base64url } from '@authlib/core/kit'
import { shownClient, type ShownClient } from './clients.ts'
import { findTemporary, revised, type TemporaryData } from './credentials.ts'
import type { OAuth1Environment } from './environment.ts'
import { invalidRequest, OAuth1Error } from './errors.ts'
import { deniedPage, pinPage } from './pages.ts'

/** What a login and consent page works on. */
export interface OAuth1AuthorizationRequest {
  /** The temporary token. */
  readonly token: string
  readonly client: ShownClient
  /** What the client asks for. */
  readonly realms: readonly string[]
  /** Where the person goes afterwards; `oob` for a PIN that is shown. */
  readonly callback: string
}

/** What the person decided. */
export type OAuth1Decision =
  | {
      readonly subject: string
      /** Default: everything that was asked for. */
      readonly realms?: readonly string[] | undefined
    }
  | { readonly denied: true }

/** @throws OAuth1Error `invalid_request` for a token that is missing, unknown, expired or used */
export async function readAuthorizationRequest(
  env: OAuth1Environment,
  token: string | undefined,
): Promise<OAuth1AuthorizationRequest> {
  if (token === undefined) throw invalidRequest('oauth_token is missing')
  const found = await findTemporary(env, token)
  const client = found && (await env.clients.find(found.data.clientId))
  if (!found || !client) throw unknownRequest()
  return { token, client: shownClient(client), realms: found.data.realms, callback: found.data.callback }
}

/**
 * Writes the decision. Answering twice in the same way gives the same answer: browsers submit twice.
 *
 * @throws OAuth1Error `invalid_request` when the request is gone, or was decided otherwise
 */
export async function answerAuthorization(
  env: OAuth1Environment,
  { token, client }: OAuth1AuthorizationRequest,
  decision: OAuth1Decision,
): Promise<HttpResponse> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const found = await findTemporary(env, token)
    if (!found) throw unknownRequest()
    const { record, data } = found
    const verifier = await createVerifier(env, token, data.callback)
    const decided = data.denied === true || data.subject !== undefined
    if (decided) {
      if (!isSame(data, decision)) throw invalidRequest('This request was answered already')
      return answer(data, token, verifier)
    }
    const next = await decide(data, decision, verifier)
    const { partition, kind, id, revision } = record
    const expect = [{ kind, id, revision }]
    const put = [revised(record, next)]
    if (await env.store.commit({ partition, now: env.clock(), expect, put, remove: [] })) {
      const { clientId } = client
      const at = env.clock()
      if (next.denied) env.emit({ type: 'authorization.denied', at, clientId })
      else env.emit({ type: 'authorization.granted', at, clientId, subject: next.subject, realms: next.realms })
      return answer(next, token, verifier)
    }
  }
  throw new OAuth1Error('temporarily_unavailable', 'The server cannot answer now', { status: 503 })
}

async function decide(data: TemporaryData, decision: OAuth1Decision, verifier: string): Promise<TemporaryData> {
  if ('denied' in decision) return { ...data, denied: true }
  const { subject, realms = data.realms } = decision
  if (typeof subject !== 'string' || !isStorable(subject))
    throw new TypeError('An approval needs a subject of at most 255 bytes')
  if (!realms.every((realm) => data.realms.includes(realm)))
    throw invalidRequest('A realm was approved that was not asked for')
  return { ...data, subject, realms, verifierHash: await sha256Base64url(verifier) }
}

function isSame(data: TemporaryData, decision: OAuth1Decision): boolean {
  return 'denied' in decision ? data.denied === true : data.subject === decision.subject
}

function answer({ callback, denied = false }: TemporaryData, token: string, verifier: string): HttpResponse {
  if (callback === 'oob') return denied ? deniedPage() : pinPage(verifier)
  const params = denied
    ? { error: 'access_denied', oauth_token: token }
    : { oauth_token: token, oauth_verifier: verifier }
  return redirectResponse(addQuery(callback, params))
}

/** Made from the token, so that a decision that is sent twice has one verifier. A PIN has ten digits. */
async function createVerifier({ verifiers }: OAuth1Environment, token: string, callback: string): Promise<string> {
  const mac = await verifiers.sign(token)
  if (callback !== 'oob') return mac
  const number = decodeBase64url(mac)
    .subarray(0, 6)
    .reduce((sum, byte) => sum * 256 + byte, 0)
  return String(number % 1e10).padStart(10, '0')
}

function unknownRequest(): OAuth1Error {
  return invalidRequest('The request is unknown, has expired, or is finished')
}
