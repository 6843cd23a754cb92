/**
 * What the application knows about its end-users, and how much of it a client gets to see.
 *
 * @spec OpenID Connect Core 1.0 §5.1 §5.4
 */

import type { Awaitable, JsonObject } from '@authlib/core'
import type { Client, Server } from '@authlib/oauth2/server'
import type { UserClaims } from '../claims.ts'
import { claimsOfScope, pickClaims, scopeClaims, type ScopeClaims } from '../scopes.ts'

/** Standard claims and your own. `sub` is added, empty values are left out. */
export type SubjectClaims = { readonly [Name in keyof UserClaims]?: UserClaims[Name] | null | undefined }

/** For whom and for what claims are wanted. */
export interface ClaimsContext {
  readonly server: Server
  readonly client: Client
  /** Granted scope. Whatever it does not stand for is left out of what you return. */
  readonly scope: readonly string[]
  readonly use: 'id_token' | 'userinfo'
}

export interface ClaimsOptions {
  /** What you know about a subject; null when there is no such person any more. */
  readonly claims: (subject: string, context: ClaimsContext) => Awaitable<SubjectClaims | null>
  /**
   * Which claims a scope stands for. A claim that is in no list is never released. Add to the default, that of Core §5.4:
   * `{ ...scopeClaims, roles: ['roles'] }`. Under `openid` stands what every relying party may see.
   */
  readonly scopes?: ScopeClaims
}

/** The claims to release about a subject; null when there is no such person any more. */
export async function releaseClaims(
  { claims, scopes = scopeClaims }: ClaimsOptions,
  subject: string,
  context: ClaimsContext,
): Promise<JsonObject | null> {
  const known = await claims(subject, context)
  if (!known) return null
  const names = [...claimsOfScope(context.scope, scopes)].filter((name) => !protocolClaims.has(name))
  return pickClaims(known, new Set(names)) as JsonObject // sound: it is only ever written as JSON
}

/** Only the provider says these, so that no user data can pose as them. */
const protocolClaims: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'], // RFC 7519 §4.1
  ...['auth_time', 'nonce', 'acr', 'amr', 'azp', 'at_hash', 'c_hash', 's_hash', 'sid', 'cnf', 'events'],
])
