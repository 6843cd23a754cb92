/** Who logged in, in the claims of OpenID Connect, as far as a provider tells it. */

import type { JsonObject } from '@authlib/core'
import { parseJsonObject } from '@authlib/core/kit'
import { invalidResponse, requestRefused } from '../client/errors.ts'
import type { OAuth1Session } from '../client/session.ts'

/** Where a provider says who an account is. */
export interface ProfileSource {
  /** Of the API, relative to the base URL of the preset. */
  readonly path: string
  /** Where each claim stands in the answer: names of members, joined by `/`. `sub` must be there. */
  readonly claims: { readonly sub: string } & { readonly [Claim in Exclude<ProfileClaim, 'sub'>]?: string }
}

type ProfileClaim = 'sub' | 'name' | 'given_name' | 'family_name' | 'preferred_username' | 'email' | 'picture'

/** Who an account is. No provider of OAuth 1 says that it has verified an email address. */
export type OAuth1Profile = { readonly sub: string } & { readonly [Claim in ProfileClaim]?: string } & {
  /** The answer as the provider gave it. */
  readonly raw: JsonObject
}

/**
 * Asks the API who the account of a session is. `headers` go with the request, such as the `user-agent` that Discogs demands.
 *
 * @throws OAuth1ResponseError `request_refused`, `server_error`, `invalid_response`; what `fetch` of the session throws
 * @example
 * const { sub, name } = await fetchProfile(session, trelloProfile)
 */
export async function fetchProfile(
  session: Pick<OAuth1Session, 'fetch'>,
  { path, claims }: ProfileSource,
  { headers = {} }: { readonly headers?: Readonly<Record<string, string>> | undefined } = {},
): Promise<OAuth1Profile> {
  const response = await session.fetch(path, { headers: { accept: 'application/json', ...headers } })
  const answer = { status: response.status, text: await response.text() }
  if (!response.ok) throw requestRefused(answer)
  const raw = readObject(answer)
  const found = Object.entries(claims).flatMap(([claim, place]) => {
    const value = valueAt(raw, place)
    return value === undefined ? [] : [[claim, value] as const]
  })
  const profile = Object.fromEntries(found) as Partial<Record<ProfileClaim, string>> // sound: names of `claims`
  if (profile.sub === undefined) throw invalidResponse(answer, 'it does not say who the account is')
  return { ...profile, sub: profile.sub, raw }
}

function readObject(answer: { readonly status: number; readonly text: string }): JsonObject {
  try {
    return parseJsonObject(answer.text) as JsonObject // sound: it was JSON
  } catch {
    throw invalidResponse(answer, 'it is no JSON object')
  }
}

/** A string or number; empty ones count as missing. */
function valueAt(raw: JsonObject, place: string): string | undefined {
  let value: unknown = raw
  for (const name of place.split('/')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[name] // sound: an object, or a list
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined
}
