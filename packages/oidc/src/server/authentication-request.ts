/**
 * What OpenID Connect adds to authorization requests. `login_hint`, `acr_values`, `display` and `ui_locales` are wishes:
 * pages find them in the parameters of the request, and nothing fails for them.
 *
 * @spec OpenID Connect Core 1.0 §3.1.2.1 §3.1.2.2 §3.1.2.6
 * @spec OpenID Connect Prompt Create 1.0 §4
 */

import type { JsonObject } from '@authlib/core'
import { isLoopbackHost } from '@authlib/core/kit'
import { idTokenPolicy, JoseError, verifyJwt } from '@authlib/jose'
import { invalidRequest, invalidScope, OAuth2Error } from '@authlib/oauth2'
import {
  slot,
  whatToAsk,
  type Authorization,
  type AuthorizationRequest,
  type InteractionRequest,
  type Slot,
} from '@authlib/oauth2/server'
import type { IdTokenClaims } from '../claims.ts'
import { subjectOf } from './moments.ts'
import { checkRegistration } from './registration.ts'
import { hintKeys } from './signing.ts'

/** Values of `prompt` that work. */
export const promptValues: readonly string[] = ['none', 'login', 'consent', 'select_account']

/** Without a feature that resolves them, these would change the request behind our back. §6, §7.2.1 */
const unsupported = ['request', 'request_uri', 'registration'] as const

/** What the parameters demand of the login. */
type Hints = {
  readonly prompt: readonly string[]
  readonly maxAge?: number | undefined
  readonly subject?: string | undefined
}

/** Read once, for the demands of the request. */
export const hintsSlot: Slot<Hints> = slot<Hints>('openidHints')

/** The `claims_locales` of the request. Core §5.2 */
export const localesSlot: Slot<readonly string[]> = slot<readonly string[]>('claimsLocales')

/** Preferred languages for claims, best first. */
export function localesOf(authorization: Authorization): readonly string[] {
  return localesSlot.read(authorization) ?? []
}

/** Checks the request and keeps what it demands of the login. @throws OAuth2Error */
export async function validateAuthenticationRequest(
  request: InteractionRequest,
  prompts: readonly string[] = promptValues,
): Promise<JsonObject> {
  const { params, scope, client, server } = request
  for (const name of unsupported) if (params.has(name)) throw new OAuth2Error(`${name}_not_supported`)
  if (scope.includes('openid')) {
    if (request.kind === 'authorization' && !params.has('redirect_uri')) throw invalidRequest('redirect_uri is missing') // §3.1.2.1: never a default
    checkRegistration(client, server)
  }
  if (request.kind === 'authorization') checkResponseType(request)
  return hintsSlot.write({
    prompt: readPrompt(params.get('prompt'), prompts),
    maxAge: readMaxAge(params.get('max_age')) ?? defaultMaxAge(request),
    subject: await readSubject(params.get('id_token_hint'), request),
  })
}

/**
 * Applications that answer by themselves are held to the demands too: nothing is said about another subject, or about a
 * login that is too old. §3.1.2.2
 *
 * @throws OAuth2Error `login_required`
 */
export function requireDemandedLogin(request: InteractionRequest, authorization: Authorization): void {
  const { subject = '', authTime = 0, acr, scope, createdAt } = authorization
  const progress = { login: { subject, authTime, acr }, approved: scope, remembered: [] }
  if (whatToAsk(request, progress, createdAt).login) throw new OAuth2Error('login_required')
}

/** @throws OAuth2Error */
function checkResponseType({ responseType, redirectUri, server, client, params, scope }: AuthorizationRequest): void {
  const words = responseType.responseType.split(' ')
  const implicit = !words.includes('code') && (words.includes('id_token') || words.includes('token'))
  const plain = redirectUri.startsWith('http:') && client.applicationType !== 'native'
  if (implicit && plain && !isLoopbackHost(new URL(server.issuer).hostname)) {
    throw invalidRequest('redirect_uri must be https with this response_type') // §3.2.2.1
  }
  if (!words.includes('id_token')) return
  if (!scope.includes('openid')) throw invalidScope('an ID Token needs the scope openid')
  if (!params.has('nonce')) throw invalidRequest('nonce is missing') // §3.2.2.1, §3.3.2.11
}

function readPrompt(text: string | undefined, allowed: readonly string[]): readonly string[] {
  const prompt = text === undefined ? [] : [...new Set(text.split(' '))]
  if (!prompt.every((value) => allowed.includes(value))) {
    throw invalidRequest('prompt has a value that is not supported') // OpenID Connect Prompt Create §4.1
  }
  if (prompt.includes('none') && prompt.length > 1) throw invalidRequest('prompt has none together with another value')
  return prompt
}

/** Seconds; 0 is as good as `prompt=login`. */
function readMaxAge(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,10}$/.test(text)) throw invalidRequest('max_age is not a number of seconds')
  return Number(text)
}

/** Registration §2 */
function defaultMaxAge({ client }: InteractionRequest): number | undefined {
  const registered = client.metadata['default_max_age']
  return typeof registered === 'number' ? registered : undefined
}

/** The only subject that will do. The ID Token may have expired, but we must have made it, and for this client. */
async function readSubject(
  hint: string | undefined,
  { server, client }: InteractionRequest,
): Promise<string | undefined> {
  if (hint === undefined) return undefined
  try {
    const { keys, algorithms } = await hintKeys(server, client, hint)
    const policy = {
      ...idTokenPolicy({ issuer: server.issuer, clientId: client.clientId, algorithms }),
      typOptional: false,
      clock: server.clock,
      leeway: Number.MAX_SAFE_INTEGER, // §3.1.2.2: expired is fine
    }
    const { claims } = await verifyJwt<IdTokenClaims>(hint, keys, policy)
    return await subjectOf({ server, client, sub: claims.sub })
  } catch (error) {
    if (!(error instanceof JoseError)) throw error
    throw invalidRequest('id_token_hint is not an ID Token for this client', { reason: error.code, cause: error })
  }
}
