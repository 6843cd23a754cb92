/** The kinds of things that can be registered, and how a thing of each kind is named. */

import { AuthlibError } from '@authlib/core'
import type { Registrable, TokenFormat, TokenKind } from '../contract/registrable.ts'

/** The things of each kind, by name. */
export type ThingsByKind = {
  readonly [Thing in Registrable as Thing['kind']]: Map<string, Thing | (Thing extends TokenKind ? TokenFormat : never)>
}

/** The member that names a thing. */
const namedBy = {
  feature: 'name',
  grant: 'grantType',
  response_type: 'responseType',
  response_mode: 'responseMode',
  endpoint: 'name',
  extension: 'name',
  client_auth_method: 'method',
  secret_verifier: 'name',
  delivery: 'name',
  client_source: 'name',
  token_kind: 'name',
  token_format: 'name',
  interaction: 'name',
} as const satisfies Readonly<Record<Registrable['kind'], string>>

export function emptyMaps(): ThingsByKind {
  return Object.fromEntries(Object.keys(namedBy).map((kind) => [kind, new Map()])) as unknown as ThingsByKind // sound: they are empty
}

export function nameOf(thing: Registrable): string {
  return Reflect.get(thing, namedBy[thing.kind]) as string // sound: the table says which
}

/** The compiler refuses it first; without one, what was ignored would be a rule that no one enforces. @throws AuthlibError `not_registrable` */
export function assertRegistrable(thing: unknown): void {
  const kind: unknown = typeof thing === 'object' && thing !== null && 'kind' in thing ? thing.kind : undefined
  if (Object.keys(namedBy).some((known) => known === kind)) return
  const given = typeof thing === 'function' ? `the function ${thing.name}` : `an object of kind ${String(kind)}`
  throw new AuthlibError('not_registrable', `${given} cannot be registered`, {
    hint: 'Register what a factory returns, such as codeChallenge(), or an object with its kind: { kind: "extension", name, … }.',
  })
}
