/** An OpenID provider in one registration. */

import { assertOptions, type OptionType } from '@authlib/core/kit'
import type { Feature } from '@authlib/oauth2/server'
import { userinfoEndpoint, type UserinfoEndpointOptions } from './userinfo.ts'
import { openIdCode, type OpenIDCodeOptions } from './openid-code.ts'

export interface OpenIDOptions extends OpenIDCodeOptions, UserinfoEndpointOptions {}

const TYPES: Readonly<Record<keyof OpenIDOptions, OptionType | null>> = {
  claims: 'function',
  claimTypes: 'array?',
  scopes: 'object?',
  idTokenLifetime: null,
  algorithm: 'string?',
  claimsInIdToken: 'boolean?',
  accountCreation: 'boolean?',
  schemes: 'array?',
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
  assertOptions('openId', options, TYPES)
  return { kind: 'feature', name: 'openid', includes: [openIdCode(options), userinfoEndpoint(options)] }
}
