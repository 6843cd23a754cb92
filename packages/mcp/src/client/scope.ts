/**
 * What to ask for.
 *
 * @spec MCP Authorization §6 §10 §11
 */

import type { ServerMetadata } from '@authlib/oauth2/client'
import type { Resource } from './authority.ts'

export interface ScopeChoice {
  /** The scope of the challenge. */
  readonly challenged: readonly string[] | undefined
  readonly resource: Pick<Resource, 'scopes'>
  readonly metadata: ServerMetadata
  /** What was asked for or granted until now: it must not be lost. */
  readonly before: readonly string[]
}

/** Undefined where nobody names a scope: the server decides. */
export function scopeOf({ challenged, resource, metadata, before }: ScopeChoice): readonly string[] | undefined {
  const wanted = challenged ?? resource.scopes ?? []
  const scope = [...new Set([...before, ...wanted])]
  if (scope.length === 0) return undefined
  const { scopes_supported: supported } = metadata
  const offline = Array.isArray(supported) && supported.includes('offline_access') // Refresh Tokens
  return offline && !scope.includes('offline_access') ? [...scope, 'offline_access'] : scope
}
