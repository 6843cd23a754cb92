/** What a provider does its own way, as an extension of the client that a preset describes. */

import type { JsonObject, Params, ParamValues } from '@authlib/core'
import type { ClientExtension, RequestSubject } from '@authlib/oauth2/client'
import { find } from './path.ts'
import type { ProviderPreset } from './preset.ts'
import { fill, pickStrings, valueOf, variablesFrom } from './variables.ts'

/** The extension of a preset whose options are filled in. */
export function dialect(preset: ProviderPreset): ClientExtension {
  const { variables = {}, authorization = {}, tokenRequest = {}, refreshRequest = {}, api = {}, pkce = 'S256' } = preset
  const ofLogin = variablesFrom(preset, 'login')
  const ofCallback = [
    ...variablesFrom(preset, 'callback'),
    ...(preset.keepFromCallback ?? []),
    ...(tokenRequest.fromCallback ?? []),
  ]

  return {
    name: `preset ${preset.name}`,
    authorizationOptions: ofLogin,

    authorizing(draft, options) {
      const said = options as unknown as Readonly<Record<string, unknown>> // the options of this provider's logins
      const chosen = Object.fromEntries(ofLogin.map((name) => [name, valueOf(name, variables[name]!, said)]))
      const { responseMode } = authorization
      return {
        ...draft,
        url: draft.url || fill(endpointOf('authorization_endpoint'), preset, chosen),
        params: rename({
          ...authorization.params,
          ...draft.params,
          ...(pkce === 'none' && { code_challenge: undefined, code_challenge_method: undefined }),
          ...(pkce === 'plain' && { code_challenge: draft.login.codeVerifier, code_challenge_method: pkce }),
          ...(responseMode && { response_mode: responseMode }),
        }),
        fragment: authorization.fragment ?? draft.fragment,
        formPost: draft.formPost || responseMode === 'form_post',
        ...(ofLogin.length > 0 && { login: { ...draft.login, data: { ...draft.login.data, ...chosen } } }),
      }
    },

    encode(request) {
      const known = valuesOf(request)
      const url = request.url || fill(endpointOf(request.endpoint), preset, known)
      if (request.endpoint !== 'token_endpoint') return { ...request, url, params: rename(request.params) }
      const refreshing = request.params['grant_type'] === 'refresh_token'
      const { encoding = 'form' } = tokenRequest
      return {
        ...request,
        url: refreshing && refreshRequest.url !== undefined ? refreshRequest.url : url,
        method: encoding === 'query' ? 'GET' : 'POST',
        encoding,
        headers: { ...request.headers, ...tokenRequest.headers },
        params: rename({
          ...tokenRequest.params,
          ...request.params,
          ...pickStrings(known, tokenRequest.fromCallback ?? []),
          ...(refreshing && refreshRequest.params),
          ...(pkce === 'none' && { code_verifier: undefined }),
        }),
      }
    },

    async decode(answer, { endpoint }, { clock }) {
      const rules = preset.tokenResponse
      if (rules === undefined || endpoint !== 'token_endpoint') return answer
      const { decodeToken } = await import('./token-response.ts') // most providers answer as the specification writes it
      return decodeToken(answer, rules, clock(), find)
    },

    token(token, _answer, { login, callback }) {
      if (login === undefined) return token // a refresh keeps what the login learned
      const extra = { ...token.extra, ...pickStrings(login.data ?? {}, ofLogin), ...fromCallback(callback) }
      return Object.keys(extra).length === 0 ? token : { ...token, extra }
    },

    call(request, { accessToken }, next, { clientId }) {
      const headers = new Headers(request.headers)
      if (api.scheme !== undefined) headers.set('authorization', `${api.scheme} ${accessToken}`)
      for (const [name, value] of Object.entries(api.headers ?? {})) {
        headers.set(name, value.replace('{client_id}', clientId).replace('{access_token}', accessToken))
      }
      if (api.query === undefined) return next({ ...request, headers })
      headers.delete('authorization')
      const url = new URL(request.url)
      url.searchParams.set(api.query, accessToken)
      return next({ ...request, headers, url: url.href })
    },
  }

  function endpointOf(name: string): string {
    const url = preset.metadata?.[name]
    return typeof url === 'string' ? url : ''
  }

  function valuesOf({ token, login, callback }: RequestSubject): JsonObject {
    return { ...token?.extra, ...login?.data, ...fromCallback(callback) }
  }

  function fromCallback(callback: Params | undefined): Record<string, string> {
    return pickStrings(Object.fromEntries(callback ?? []), ofCallback)
  }

  function rename(params: Readonly<Record<string, ParamValues[string] | null>>): ParamValues {
    const { parameterNames = {}, scopeSeparator } = preset
    const entries = Object.entries(params).map(([name, value]) => [
      parameterNames[name] ?? name,
      name === 'scope' && typeof value === 'string' && scopeSeparator
        ? value.replaceAll(' ', scopeSeparator)
        : (value ?? undefined),
    ])
    return Object.fromEntries(entries) as ParamValues // sound: the same values by other names
  }
}
