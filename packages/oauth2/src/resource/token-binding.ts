/**
 * Tokens that are bound to a key: every member of `cnf` must be confirmed, by the scheme that carries the token or by a
 * confirmation that is registered for the member.
 *
 * @spec RFC 7800 §3
 */

import type { HttpHeader, HttpRequest, Json } from '@authlib/core'
import { invalidToken } from './bearer-errors.ts'
import type { ResourceToken } from './resource-token.ts'
import type { PresentedToken, TokenConfirmation, TokenScheme } from './token-scheme.ts'

/** The check of one protector. Returns the headers that the answer carries. @throws ResourceError `invalid_token` */
export type BindingCheck = (
  token: ResourceToken,
  scheme: TokenScheme,
  request: HttpRequest,
  presented: PresentedToken,
) => Promise<readonly HttpHeader[]>

/** @throws TypeError when two confirmations are for one member */
export function bindingCheck(confirmations: readonly TokenConfirmation[]): BindingCheck {
  const byMember = new Map(confirmations.map((confirmation) => [confirmation.member, confirmation]))
  if (byMember.size < confirmations.length) throw new TypeError('Two confirmations are for the same member of cnf')

  return async (token, scheme, request, presented) => {
    const headers: HttpHeader[] = []
    for (const [member, value] of membersOf(token)) {
      if (scheme.confirms?.includes(member)) continue
      const confirmation = byMember.get(member)
      // RFC 9449 §7.2: a bound token that comes without proof has lost its binding.
      if (!confirmation) throw unconfirmed(member, scheme)
      const confirmed = await confirmation.confirm(value, request, presented)
      headers.push(...(confirmed?.headers ?? []))
    }
    const confirmed = await scheme.confirm(token, request, presented)
    headers.push(...(confirmed?.headers ?? []))
    return headers
  }
}

function membersOf({ claims }: ResourceToken): readonly (readonly [string, Json])[] {
  const { cnf } = claims
  if (cnf === undefined) return []
  if (typeof cnf !== 'object' || cnf === null || Array.isArray(cnf)) throw invalidToken('cnf is not a JSON object')
  const members = Object.entries(cnf as Readonly<Record<string, Json>>) // sound: neither null nor an array
  if (members.length === 0) throw invalidToken('cnf is empty')
  return members
}

function unconfirmed(member: string, { scheme }: TokenScheme) {
  const name = JSON.stringify(member.slice(0, 100))
  return invalidToken(`a bound token came as a ${scheme.toLowerCase()} token`, {
    hint: `Nothing here confirms ${name} of its cnf: dpop() confirms "jkt", mutualTls() confirms "x5t#S256".`,
  })
}
