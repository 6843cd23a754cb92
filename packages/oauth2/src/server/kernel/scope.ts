/**
 * The scope options of a server: what a request without scope gets, and a client that was registered without.
 *
 * @spec RFC 6749 §3.3
 * @spec RFC 7591 §2
 */

import type { Client } from '../contract/client.ts'
import type { AuthorizationServerOptions } from './options.ts'

type ScopeOptions = Pick<AuthorizationServerOptions, 'scopes' | 'defaultScope' | 'defaultClientScope'>

/** @throws TypeError that names the option, for what is no array of scope values, or not among `scopes` */
export function assertScopes({ scopes, defaultScope, defaultClientScope }: ScopeOptions): void {
  const lists = {
    scopes,
    defaultScope: typeof defaultScope === 'function' ? undefined : defaultScope,
    defaultClientScope,
  }
  for (const [name, list] of Object.entries(lists)) {
    if (list === undefined) continue
    if (!isScopeList(list)) {
      throw new TypeError(`${name} is an array of scope values, such as ['openid', 'profile']`)
    }
    const unknown = list.find((word) => scopes?.includes(word) === false)
    if (unknown !== undefined) throw new TypeError(`${name} has ${JSON.stringify(unknown)}, which is not in scopes`)
  }
}

/** What a request without scope gets: no more than the server knows and the client may have. */
export function defaultScopeOf({ scopes, defaultScope = [] }: ScopeOptions): (client: Client) => readonly string[] {
  return (client) => {
    const words = typeof defaultScope === 'function' ? defaultScope(client) : defaultScope
    return words.filter((word) => client.scope.includes(word) && scopes?.includes(word) !== false)
  }
}

/** A client that was registered without scope may ask for the default. RFC 7591 §2 */
export function withDefaultScope(client: Client, { defaultClientScope = [] }: ScopeOptions): Client {
  return client.scope.length > 0 || defaultClientScope.length === 0 ? client : { ...client, scope: defaultClientScope }
}

const SCOPE_VALUE = /^[\x21\x23-\x5b\x5d-\x7e]+$/

function isScopeList(list: unknown): list is readonly string[] {
  return Array.isArray(list) && list.every((word) => typeof word === 'string' && SCOPE_VALUE.test(word))
}
