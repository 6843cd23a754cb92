/**
 * Response types with an ID Token in the front channel, and `none`.
 *
 * @spec OpenID Connect Core 1.0 §3.2 §3.3
 * @spec OAuth 2.0 Multiple Response Types §3 §4 §5
 */

import { serverError } from '@authlib/oauth2'
import type {
  Authorization,
  AuthorizationPlan,
  AuthorizationRequest,
  AuthorizationUpdate,
  Changes,
  Feature,
  ResponseType,
} from '@authlib/oauth2/server'
import { firstOf, idToken } from '../moments.ts'

/**
 * `code id_token`: the ID Token vouches for the code before it is redeemed.
 *
 * @example
 * server.register(openId({ claims }), hybridResponseType)
 */
export const hybridResponseType: ResponseType = combination('code id_token')

/** `id_token`: a login without a code and without access tokens. The claims of the scope stand in the ID Token. */
export const idTokenResponseType: ResponseType = combination('id_token')

/** `none`: the person agrees, and nothing is issued. */
export const noneResponseType: ResponseType = {
  kind: 'response_type',
  responseType: 'none',
  grantTypes: [],
  defaultMode: 'query',
  repeatable: true,
  respond: () => ({ params: {} }),
}

/**
 * `id_token token`, `code token` and `code id_token token`. These put access tokens into the URL, where they leak through
 * history, logs and referrers: RFC 9700 §2.1.2 says not to. For clients that know nothing else.
 */
export function insecureFrontChannelTokens(): Feature {
  const includes = ['id_token token', 'code token', 'code id_token token'].map(combination)
  return { kind: 'feature', name: 'insecure_front_channel_tokens', includes }
}

/** Several words are answered in the order code, token, ID Token: the last one vouches for the others. */
function combination(responseType: string): ResponseType {
  const words = responseType.split(' ')
  const [withCode, withToken, withIdToken] = ['code', 'token', 'id_token'].map((word) => words.includes(word))
  const implicit = withToken === true || withIdToken === true
  return {
    kind: 'response_type',
    responseType,
    grantTypes: [...(withCode === true ? ['authorization_code'] : []), ...(implicit ? ['implicit'] : [])], // Registration §2
    requires: ['openid'],
    defaultMode: 'fragment', // Multiple Response Types §5
    repeatable: withToken !== true,
    metadata: { grant_types_supported: ['implicit'] },
    async respond(request, authorization) {
      const code = withCode === true ? await respondAs('code', request, authorization) : {}
      const { scope } = authorization
      const token = withToken === true ? await request.server.tokens.mint(request, { authorization, scope }) : {}
      const params = { ...paramsOf(code), ...paramsOf(token) }
      return {
        params: withIdToken === true ? { ...params, id_token: await vouch(request, authorization, params) } : params,
        changes: joined(code, token),
        update: updateOf(code, token),
      }
    },
  }
}

type Part = Partial<AuthorizationPlan>

const paramsOf = ({ params = {} }: Part): Readonly<Record<string, string>> => params

async function respondAs(
  responseType: string,
  request: AuthorizationRequest,
  authorization: Authorization,
): Promise<AuthorizationPlan> {
  const other = request.server.responseType(responseType)
  if (!other) throw serverError('', { reason: `the response type ${responseType} is not registered` })
  return other.respond(request, authorization)
}

async function vouch(
  { server, client, params, state }: AuthorizationRequest,
  authorization: Authorization,
  issued: Readonly<Record<string, string>>,
): Promise<string> {
  const token = await firstOf(server.handlers(idToken), {
    server,
    client,
    authorization,
    withClaims: issued['access_token'] === undefined && issued['code'] === undefined, // Core §5.4
    nonce: params.get('nonce'),
    accessToken: issued['access_token'], // at_hash, §3.2.2.9
    code: issued['code'], // c_hash, §3.3.2.11
    state: issued['code'] === undefined ? undefined : state, // s_hash, FAPI 1.0 Advanced §5.1.1
  })
  if (token === undefined) throw serverError('', { reason: 'nothing registered issues ID Tokens' })
  return token
}

function joined(...parts: readonly Part[]): Changes {
  return {
    expect: parts.flatMap(({ changes }) => changes?.expect ?? []),
    put: parts.flatMap(({ changes }) => changes?.put ?? []),
    remove: parts.flatMap(({ changes }) => changes?.remove ?? []),
  }
}

function updateOf(code: Part, token: Part): AuthorizationUpdate {
  const updates = [code.update, token.update].filter((update) => update !== undefined)
  const expiresAt = Math.max(0, ...updates.map((update) => update.expiresAt ?? 0))
  return {
    ...(token.update?.status === undefined ? {} : { status: token.update.status }),
    ...(expiresAt > 0 ? { expiresAt } : {}),
    data: Object.assign({}, ...updates.map(({ data }) => data)) as AuthorizationUpdate['data'],
  }
}
