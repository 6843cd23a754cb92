/**
 * What the application knows about its end-users, and how much of it a client gets to see.
 *
 * @spec OpenID Connect Core 1.0 §5.1 §5.4 §5.6.2
 */

import type { Awaitable, JsonObject } from '@authlib/core'
import type { ClaimSource, UserClaims } from '../claims.ts'
import { claimsOfScope, pickClaims, scopeClaims, type ScopeClaims } from '../scopes.ts'
import { releasableClaims, type ClaimsContext } from './moments.ts'

/** Standard claims and your own. `sub` is added, empty values are left out. */
export type SubjectClaims = { readonly [Name in keyof UserClaims]?: UserClaims[Name] | null | undefined }

export interface ClaimsOptions {
  /** What you know about a subject; null when there is no such person any more. */
  readonly claims: (subject: string, context: ClaimsContext) => Awaitable<SubjectClaims | null>
  /**
   * Which claims a scope stands for. A claim that is in no list is never released. Add to the default, that of Core §5.4:
   * `{ ...scopeClaims, roles: ['roles'] }`. Under `openid` stands what every relying party may see.
   */
  readonly scopes?: ScopeClaims | undefined
  /**
   * Says in the discovery document that `claims` also returns claims of other providers: `_claim_names` with
   * `_claim_sources`, where a source has a `JWT` (aggregated) or an `endpoint` (distributed). Default: it says nothing. §5.6
   */
  readonly claimTypes?: readonly ('aggregated' | 'distributed')[] | undefined
}

/** The claims to release about a subject; null when there is no such person any more. */
export async function releaseClaims(
  { claims, scopes = scopeClaims }: ClaimsOptions,
  subject: string,
  context: ClaimsContext,
): Promise<JsonObject | null> {
  const known = await claims(subject, context)
  if (!known) return null
  const names = new Set(claimsOfScope(context.scope, scopes))
  for (const more of context.server.handlers(releasableClaims))
    for (const name of (await more(context)) ?? []) names.add(name)
  const allowed = new Set([...names].filter((name) => !protocolClaims.has(name)))
  return { ...pickClaims(known, allowed), ...elsewhere(known, allowed) } as JsonObject // sound: it is only ever written as JSON
}

/** Claims that others vouch for, as far as they may be released, and where they are. §5.6.2 */
function elsewhere(
  { _claim_names: from, _claim_sources: sources }: SubjectClaims,
  allowed: ReadonlySet<string>,
): object {
  if (from === undefined || from === null) return {}
  const usable = new Map(Object.entries(sources ?? {}).filter(([, source]) => isSource(source)))
  const named = Object.entries(pickClaims(from, allowed)).filter(([, source]) => usable.has(String(source)))
  const used = new Set(named.map(([, source]) => source))
  const kept = [...usable].filter(([source]) => used.has(source))
  return named.length === 0 ? {} : { _claim_names: Object.fromEntries(named), _claim_sources: Object.fromEntries(kept) }
}

/** A source has a JWT, or an endpoint that gives one. A claim of any other cannot be had, and is left out. */
function isSource({ JWT: jwt, endpoint }: ClaimSource): boolean {
  if (jwt !== undefined) return typeof jwt === 'string' && [3, 5].includes(jwt.split('.').length)
  return typeof endpoint === 'string' && URL.canParse(endpoint)
}

/** Whether the application still knows the subject. An account that was deleted gets no code and no token. */
export async function isKnownSubject(
  { claims }: ClaimsOptions,
  subject: string,
  context: Omit<ClaimsContext, 'use'>,
): Promise<boolean> {
  return (await claims(subject, { ...context, use: 'existence' })) !== null
}

/** Only the provider says these, so that no user data can pose as them. */
export const protocolClaims: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'], // RFC 7519 §4.1
  ...['auth_time', 'nonce', 'acr', 'amr', 'azp', 'at_hash', 'c_hash', 's_hash', 'sid', 'cnf', 'events'],
])
