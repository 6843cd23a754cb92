/** An OpenID provider in one registration. */

import { refuseUnknownOptions } from '@authlib/core/kit'
import type { Feature } from '@authlib/oauth2/server'
import { userinfoEndpoint, type UserinfoEndpointOptions } from './userinfo.ts'
import { openIdCode, type OpenIDCodeOptions } from './openid-code.ts'

export interface OpenIDOptions extends OpenIDCodeOptions, UserinfoEndpointOptions {}

const OPTIONS: Readonly<Record<keyof OpenIDOptions, true>> = {
  claims: true,
  claimTypes: true,
  scopes: true,
  idTokenLifetime: true,
  algorithm: true,
  claimsInIdToken: true,
  accountCreation: true,
  schemes: true,
}

/**
 * ID Tokens from every grant by which someone logged in, refreshes too; `prompt`, `max_age` and `id_token_hint`; the
 * userinfo endpoint, the keys and the discovery document.
 *
 * ```ts
 * server.registerGrant(authorizationCodeGrant(), [codeChallenge()])
 * server.register(openId({ claims: (subject) => users.find(subject) }))
 * ```
 *
 * @example
 * server.register(openId({ claims: async (subject) => (await users.find(subject))?.claims ?? null }))
 */
export function openId(options: OpenIDOptions): Feature {
  refuseUnknownOptions('openId', options, OPTIONS)
  return { kind: 'feature', name: 'openid', includes: [openIdCode(options), userinfoEndpoint(options)] }
}
