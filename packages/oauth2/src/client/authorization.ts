/**
 * The authorization request: state and PKCE with S256, always.
 *
 * @spec RFC 6749 §4.1.1
 * @spec RFC 7636 §4.3
 * @spec RFC 8707 §2
 */

import { AuthlibError, randomToken, type ParamValues, type StartedLogin } from '@authlib/core'
import { addQuery, refuseUnknownOptions } from '@authlib/core/kit'
import { createCodeVerifier, s256 } from '../pkce.ts'
import { formatScope } from '../scope.ts'
import { missingEndpoint } from './errors.ts'
import { authorizingOrder, type AuthorizationDraft, type ClientContext } from './extension.ts'
import type { AuthorizationOptions, OAuth2Login } from './login.ts'
import type { ExchangeOptions } from './token-client.ts'
import { pushAuthorization } from './features/pushed-authorization.ts'

/** Parameters that keep a login safe, or that have an option of their own. */
const RESERVED: ReadonlySet<string> = new Set([
  'response_type',
  'response_mode',
  'client_id',
  'redirect_uri',
  'scope',
  'resource',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'request',
  'request_uri',
])

const OPTIONS: Readonly<Record<keyof AuthorizationOptions, true>> = {
  redirectUri: true,
  scope: true,
  resource: true,
  authorizationDetails: true,
  responseMode: true,
  params: true,
  signal: true,
}

/**
 * @throws AuthlibError `reserved_parameter` when `params` would override what keeps a login safe; TypeError for an option
 * that neither the client nor an extension reads
 */
export async function startAuthorization(
  context: ClientContext,
  options: AuthorizationOptions & { readonly scope: readonly string[] },
  usual: Readonly<Record<string, string>> = {},
): Promise<StartedLogin<OAuth2Login>> {
  const own = { ...usual, ...options.params }
  assertNotReserved(own, RESERVED)
  const { clientId, issuer, random, extensions } = context
  const others = extensions.flatMap(({ authorizationOptions = [] }) => authorizationOptions)
  const known = { ...OPTIONS, ...Object.fromEntries(others.map((name) => [name, true])) }
  refuseUnknownOptions('createAuthorization', options, known)
  const { redirectUri, scope, resource, responseMode, authorizationDetails: details } = options
  if (!URL.canParse(redirectUri)) throw new TypeError('`redirectUri` must be an absolute URL')
  assertScope(scope)
  const metadata = await context.metadata()
  const state = randomToken(random)
  const codeVerifier = createCodeVerifier(random)
  let draft: AuthorizationDraft = {
    url: metadata.authorization_endpoint ?? '',
    params: {
      ...own,
      resource,
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: scopeParam(scope),
      state,
      code_challenge: await s256(codeVerifier),
      code_challenge_method: 'S256',
      response_mode: responseMode,
      authorization_details: details === undefined ? undefined : JSON.stringify(details), // RFC 9396 §3
    },
    formPost: responseMode === 'form_post',
    login: { state, codeVerifier, redirectUri, scope, resource, clientId, issuer },
  }
  for (const extension of authorizingOrder(extensions)) {
    draft = (await extension.authorizing?.(draft, options, context)) ?? draft
  }
  if (metadata['require_pushed_authorization_requests'] === true && draft.params['request_uri'] === undefined) {
    draft = await pushAuthorization(draft, context, options) // RFC 9126 §5
  }
  const { url, params, fragment = '', login, formPost } = draft
  if (url === '') throw missingEndpoint('authorization_endpoint')
  return { url: addQuery(url, params) + fragment, id: state, login, formPost }
}

/**
 * A request with these parameters set as well, over the usual ones of the client.
 *
 * @throws AuthlibError `reserved_parameter` when one of them stands in the `params` of the call too: which one counts is not
 * guessed
 */
export function withParams(
  draft: AuthorizationDraft,
  params: ParamValues,
  { params: own = {} }: Pick<AuthorizationOptions, 'params'> = {},
): AuthorizationDraft {
  const set = Object.entries(params).filter(([, value]) => value !== undefined)
  assertNotReserved(own, new Set(set.map(([name]) => name)))
  return { ...draft, params: { ...draft.params, ...Object.fromEntries(set) } }
}

/** @throws AuthlibError `reserved_parameter` */
export function assertNotReserved(params: ParamValues, reserved: ReadonlySet<string>): void {
  const name = Object.keys(params).find((name) => reserved.has(name) && params[name] !== undefined)
  if (name === undefined) return
  throw new AuthlibError('reserved_parameter', `The parameter '${name}' cannot be set in \`params\``, {
    hint: `The protocol sets it, or it has an option of its own. Reserved here: ${[...reserved].join(', ')}.`,
  })
}

/** @throws TypeError for a string in place of the array, which would be sent letter by letter */
export function assertScope(scope: readonly string[] = []): void {
  if (Array.isArray(scope)) return
  throw new TypeError('`scope` must be an array of strings')
}

/** @throws TypeError for an option that there is not, and a scope that is a string */
export function assertTokenRequestOptions(who: string, options: ExchangeOptions): void {
  refuseUnknownOptions(who, options, { scope: true, resource: true, params: true, tokenTypes: true, signal: true })
  assertScope(options.scope)
}

/** An empty scope is not sent: the server decides. */
export function scopeParam(scope: readonly string[] = []): string | undefined {
  return scope.length === 0 ? undefined : formatScope(scope)
}
