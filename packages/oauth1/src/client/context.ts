/** What a client knows of its provider, and how it sends a signed request there. */

import {
  AuthlibError,
  randomToken,
  systemClock,
  systemRandom,
  type Clock,
  type JsonObject,
  type Random,
} from '@authlib/core'
import { addQuery, encodeForm, send } from '@authlib/core/kit'
import { hmacSha1 } from '../hmac.ts'
import { signRequest, type PlacementOptions } from '../sign.ts'
import { readAnswer, requiredMember, type AnswerMembers } from './answer.ts'
import { requestRefused, type ProviderAnswer } from './errors.ts'
import type { OAuth1ClientOptions } from './settings.ts'
import type { OAuth1Token, TokenCredentials } from './token.ts'

/** An endpoint of the provider, by the option that names it. */
export type Endpoint = 'requestTokenUrl' | 'authorizationUrl' | 'accessTokenUrl'

/** What is signed and sent to the provider. */
export interface ProviderRequest extends Pick<PlacementOptions, 'params' | 'token' | 'realm'> {
  readonly form?: Readonly<Record<string, string>> | undefined
}

/** What the functions beside a client need of it. */
export interface OAuth1Context {
  readonly clientId: string
  readonly clock: Clock
  readonly random: Random
  /** What the client was told. Secret. */
  readonly options: OAuth1ClientOptions
  /** How to sign with a token, or for the client alone. */
  signing(token?: OAuth1Token | TokenCredentials): PlacementOptions
  /** @throws AuthlibError `missing_endpoint`, `request_refused`, and those of `send` */
  send(endpoint: Endpoint, request: ProviderRequest): Promise<ProviderAnswer>
}

/** A client that signs. Every `OAuth1Client` is one. */
export interface SigningClient {
  readonly context: OAuth1Context
}

/** More than any credentials need. */
const MAX_BODY = 64 * 1024

export function createContext(options: OAuth1ClientOptions): OAuth1Context {
  const { clientId, clock = systemClock, random = systemRandom } = options
  const context: OAuth1Context = {
    clientId,
    clock,
    random,
    options,
    signing(token) {
      const { clientSecret, privateKey, signatureMethod = hmacSha1, placement, realm } = options
      return {
        clientId,
        clientSecret,
        privateKey,
        signatureMethod,
        placement,
        realm,
        token: token && { token: token.accessToken, tokenSecret: token.tokenSecret },
        clock,
        random,
      }
    },
    async send(endpoint, { form = {}, ...signing }) {
      const { requestMethod: method = 'POST', headers = {}, timeout, fetch } = options
      const text = encodeForm(form)
      const url = endpointOf(options, endpoint)
      const signed = await signRequest(
        method === 'GET' ? { method, url: text === '' ? url : addQuery(url, form) } : { method, url, form: text },
        { ...context.signing(), ...signing },
      )
      const response = await send(signed.url, {
        method,
        headers: {
          ...(signed.authorization !== undefined && { authorization: signed.authorization }),
          ...(signed.form && { 'content-type': 'application/x-www-form-urlencoded' }),
          ...headers,
        },
        ...(signed.form && { body: signed.form }),
        maxBody: MAX_BODY,
        timeout,
        fetch,
      })
      if (response.status < 200 || response.status > 299) throw requestRefused(response)
      return response
    },
  }
  return context
}

/** @throws AuthlibError `missing_endpoint` */
export function endpointOf(options: OAuth1ClientOptions, name: Endpoint): string {
  const url = options[name]
  if (url !== undefined) return url
  throw new AuthlibError('missing_endpoint', `The client has no ${name}`, { hint: `Pass \`${name}\` to the client.` })
}

/** The token of an answer. @throws OAuth1ResponseError `invalid_response` */
export function tokenOf({ clientId, clock, random }: OAuth1Context, response: ProviderAnswer): OAuth1Token {
  const members = readAnswer(response)
  const obtainedAt = clock()
  const lifetime = Number(members.get('oauth_expires_in') ?? Number.NaN)
  const extra = extraOf(members)
  return {
    version: 1,
    id: randomToken(random, 16),
    clientId,
    accessToken: requiredMember(members, 'oauth_token', response),
    tokenSecret: requiredMember(members, 'oauth_token_secret', response, { allowEmpty: true }),
    obtainedAt,
    ...(lifetime > 0 && lifetime < 1e10 ? { expiresAt: obtainedAt + Math.floor(lifetime) } : {}),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  }
}

const OWN_MEMBERS = ['oauth_token', 'oauth_token_secret', 'oauth_callback_confirmed', 'oauth_expires_in']

/** What an answer says besides the credentials. */
export function extraOf(members: AnswerMembers): JsonObject {
  return Object.fromEntries([...members].filter(([name]) => !OWN_MEMBERS.includes(name)))
}
