/**
 * Finds the OpenID provider of an account such as `alice@example.com`.
 *
 * @spec OpenID Connect Discovery 1.0 §2
 * @spec RFC 7033 §4
 */

import { AuthlibError, publicAddresses, type AddressRule, type CallOptions } from '@authlib/core'
import { assertIssuer, encodeFormValue, parseJsonObject, send } from '@authlib/core/kit'

const REL = 'http://openid.net/specs/connect/1.0/issuer'

export interface DiscoverIssuerOptions extends CallOptions {
  readonly fetch?: typeof fetch | undefined
  /** Seconds for the request. Default 10. */
  readonly timeout?: number | undefined
  /** The account was typed by someone: no private addresses. `any` for tests and networks of your own. Default `publicAddresses`. */
  readonly addresses?: AddressRule | 'any' | undefined
}

/**
 * The issuer for an e-mail-like account, a host or a URL. Anyone who controls the host chooses the issuer: use the answer for a
 * login, never as an identity.
 *
 * @throws AuthlibError `missing_issuer` when the host names none; `invalid_issuer`; those of a request that fails
 * @example
 * const issuer = await discoverIssuer('alice@example.com')
 */
export async function discoverIssuer(
  account: string,
  { fetch, timeout, addresses = publicAddresses, signal }: DiscoverIssuerOptions = {},
): Promise<string> {
  const { resource, origin } = normalize(account)
  const url = `${origin}/.well-known/webfinger?resource=${encodeFormValue(resource)}&rel=${encodeFormValue(REL)}`
  const headers = { accept: 'application/jrd+json' }
  const { status, text } = await send(url, { headers, fetch, timeout, addresses, signal })
  const issuer = status === 200 ? issuerOf(text) : undefined
  if (issuer === undefined) {
    throw new AuthlibError('missing_issuer', 'This account names no OpenID provider', {
      status: 400,
      reason: `${new URL(url).host} answered ${status} without a link to an issuer`,
      hint: 'Let the person choose a provider, or type its address.',
    })
  }
  assertIssuer(issuer)
  return issuer
}

/** §2.1.2: without a scheme, `user@host` is an account and anything else a URL. WebFinger is asked over https. RFC 7033 §4 */
function normalize(account: string): { readonly resource: string; readonly origin: string } {
  const text = account.trim().replace(/#.*$/, '')
  const named = /^acct:/i.test(text)
  const [, user = '', host = '', port = ''] = ACCOUNT.exec(text) ?? []
  if (host !== '' && (named || port === '')) {
    return { resource: `acct:${user.replaceAll('@', '%40')}@${host}${port}`, origin: `https://${host}${port}` }
  }
  const url = /^https?:\/\//i.test(text) ? text : `https://${text}`
  if (named || text.startsWith('@') || !URL.canParse(url))
    throw new TypeError('An account is user@host, a host, or a URL')
  return { resource: url, origin: `https://${new URL(url).host}` }
}

/** The last `@` is the one before the host. */
const ACCOUNT = /^(?:acct:)?([^\s/?]+)@([^@\s/?:]+)(:\d+)?$/i

function issuerOf(text: string): string | undefined {
  const { links } = readObject(text)
  const found = (Array.isArray(links) ? links : []).find(
    (link: unknown) => typeof link === 'object' && link !== null && (link as { rel?: unknown }).rel === REL,
  ) as { href?: unknown } | undefined // sound: read as unknown below
  return typeof found?.href === 'string' ? found.href : undefined
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return parseJsonObject(text)
  } catch {
    return {}
  }
}
