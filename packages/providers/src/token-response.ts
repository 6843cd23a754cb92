/**
 * The token response of a provider, as the specification writes it. Loaded by presets of providers that write it otherwise.
 * What it shares with the profile is passed in, so that it stays a file of its own in a bundle.
 *
 * @spec RFC 6749 §5.1 §5.2
 */

import type { ServerAnswer } from '@authlib/oauth2/client'
import type { find } from './path.ts'
import type { ProviderPreset } from './preset.ts'

type Members = Readonly<Record<string, unknown>>
type Rules = NonNullable<ProviderPreset['tokenResponse']>
type Find = typeof find

/** `now` is a NumericDate. */
export function decodeToken(answer: ServerAnswer, rules: Rules, now: number, find: Find): ServerAnswer {
  const { members } = answer
  if (members === undefined) return answer
  const refusal = refusalOf(members, rules, find)
  if (refusal !== undefined) return { ...answer, status: Math.max(answer.status, 400), members: refusal }
  return { ...answer, members: grantOf(members, rules, now, find) }
}

/** The error of §5.2, whatever the HTTP status. */
function refusalOf(members: Members, { success, error }: Rules, find: Find): Members | undefined {
  const code = error && find(members, error.code)
  const failed =
    success === undefined
      ? code !== undefined && members['access_token'] === undefined
      : find(members, success.at) !== success.is
  if (!failed) return undefined
  const name = typeof code === 'string' || typeof code === 'number' ? String(code) : 'request_refused'
  const known = error?.codes?.[name]
  const text = error?.description === undefined ? undefined : find(members, error.description)
  const words = [...(known === undefined ? [] : [name]), ...(typeof text === 'string' && text !== name ? [text] : [])]
  return { error: known ?? name, ...(words.length > 0 && { error_description: words.join(': ') }) }
}

/** The members of §5.1. */
function grantOf(
  all: Members,
  { at, tokenType, scopeSeparator, expires, zeroIsForever }: Rules,
  now: number,
  find: Find,
): Members {
  const inner = at === undefined ? undefined : find(all, at)
  const members: Record<string, unknown> = { ...all, ...(typeof inner === 'object' && inner) }
  if (tokenType !== undefined) members['token_type'] = tokenType
  const { scope } = members
  if (scopeSeparator !== undefined && typeof scope === 'string')
    members['scope'] = scope.replaceAll(scopeSeparator, ' ')
  if (expires !== undefined) {
    const end = find(members, expires.at)
    const seconds = (typeof end === 'string' && expires.as === 'iso' ? Date.parse(end) / 1000 : Number(end)) - now
    if (Number.isFinite(seconds)) members['expires_in'] = Math.max(0, Math.floor(seconds))
  }
  if (zeroIsForever === true && Number(members['expires_in']) === 0) delete members['expires_in']
  return members
}
