/** Who logged in, in the words of OpenID Connect, whatever the provider calls them. */

import { AuthlibError } from '@authlib/core'
import { parseJson, send } from '@authlib/core/kit'
import { fetchWith, type ClientContext, type Token } from '@authlib/oauth2/client'
import type { UserClaims } from '@authlib/oidc'
import { find, isWord } from './path.ts'
import type { OAuth2Preset, Path } from './preset.ts'
import { fill } from './variables.ts'

/** What a provider says about a person, as it says it. */
export type RawProfile = Readonly<Record<string, unknown>>

/** Asks the API of the provider. @throws AuthlibError `invalid_userinfo` */
export async function requestProfile(preset: OAuth2Preset, token: Token, client: ClientContext): Promise<RawProfile> {
  const { userinfo, api } = preset
  if (userinfo === undefined) return { ...token.extra }
  const base = api?.base ?? ''
  const main = await ask(userinfo.url, userinfo.body)
  const raw = userinfo.at === undefined ? main : find(main, userinfo.at)
  if (typeof raw !== 'object' || raw === null) throw invalidUserinfo('there is no profile in it')
  const more: Record<string, unknown> = {}
  for (const [name, url] of Object.entries(userinfo.more ?? {})) {
    more[name] = await ask(url, undefined, raw).catch(() => undefined) // lacks a permission: the profile says less
  }
  return { ...raw, ...(userinfo.more !== undefined && { more }) }

  async function ask(path: string, body: string | undefined, known: object = {}): Promise<unknown> {
    const values: RawProfile = { ...token.extra, ...known, access_token: token.accessToken, client_id: client.clientId }
    const insert = (text: string): string =>
      text.replace(/\{(\w+)\}/g, (whole, name: string) =>
        isWord(values[name]) ? encodeURIComponent(values[name]) : whole,
      )
    const url = insert(fill(/^https?:/.test(path) ? path : base + path, preset, { ...token.extra }))
    const { status, text } = await send(url, {
      ...client, // its limits
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        ...(body && {
          'content-type': body.startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded',
        }),
      },
      ...(body && { body: insert(body) }),
      fetch: fetchWith(client, token),
    })
    if (status < 200 || status > 299) throw invalidUserinfo(`${new URL(url).host} answered ${status}`)
    return parseJson(text)
  }
}

/** The claims that a table finds. Only what is there, with the types of OpenID Connect Core §5.1. */
export function readClaims(table: Readonly<Record<string, Path>>, raw: RawProfile): Record<string, unknown> {
  const found = Object.entries(table).map(([claim, path]) => [claim, claimOf(claim, find(raw, path))] as const)
  return Object.fromEntries(found.filter(([, value]) => value !== undefined))
}

/** @throws AuthlibError `invalid_userinfo` without a subject */
export function profileOf(claims: Readonly<Record<string, unknown>>): UserClaims {
  const { sub, email, email_verified: verified, ...others } = claims
  const address = email === undefined ? {} : { email, ...(verified !== undefined && { email_verified: verified }) }
  if (typeof sub === 'string') return { ...others, ...address, sub }
  throw invalidUserinfo('it does not say who logged in')
}

/** A boolean that a provider may write as a string or a number. Anything else says nothing. */
function booleanOf(value: unknown): boolean | undefined {
  if (value === true || value === 'true' || value === '1' || value === 1) return true
  return value === false || value === 'false' || value === '0' || value === 0 ? false : undefined
}

function claimOf(claim: string, value: unknown): unknown {
  if (claim.endsWith('_verified')) return booleanOf(value)
  return typeof value === 'number' ? String(value) : value
}

function invalidUserinfo(reason: string): AuthlibError {
  return new AuthlibError('invalid_userinfo', 'The provider did not say who logged in', { status: 502, reason })
}
