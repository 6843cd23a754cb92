/**
 * What can be added to a client: DPoP, pushed and signed requests, and the dialect of a provider that does things its own
 * way. The moments stand in the order they run. Each returns what it changed.
 */

import type { AddressRule, Awaitable, Clock, JsonObject, Params, ParamValues, Random, TokenStore } from '@authlib/core'
import type { ServerMetadata } from '../server-metadata.ts'
import type { AuthorizationOptions, OAuth2Login } from './login.ts'
import type { Token } from './token.ts'

/** What extensions and features know of the client, public as `client.context`. */
export interface ClientContext {
  readonly clientId: string
  /** What the server calls itself, as configured. Absent when the client knows no issuer. */
  readonly issuer?: string | undefined
  readonly metadata: () => Promise<ServerMetadata>
  readonly clock: Clock
  readonly random: Random
  /** The `fetch` that was given to the client. */
  readonly fetch?: typeof fetch | undefined
  /** Seconds for one request. */
  readonly timeout?: number | undefined
  /** Which hosts the client may call: see `addresses` of the client. */
  readonly addresses?: AddressRule | 'any' | undefined
  readonly allowInsecureTransport?: boolean | undefined
  /** What was added to the client, in the order that it was given. */
  readonly extensions: readonly ClientExtension[]
  /** Members of a token response to keep in `token.extra`. */
  readonly keep: readonly string[]
  /** Where the API lives, or how a token tells it. */
  readonly apiBaseUrl?: string | ((token: Token) => string) | undefined
  /** Origins that tokens may go to, besides the one of `apiBaseUrl`. */
  readonly resources: readonly string[]
  /** Where sessions find the token of an account. */
  readonly tokens?: TokenStore | undefined
  /**
   * Sends an authenticated request to an endpoint of the metadata, such as `revocation_endpoint`, through every extension.
   *
   * @throws AuthlibError `missing_endpoint`; OAuth2ClientError for what the server refuses
   */
  post(endpoint: string, params: ParamValues, about?: RequestSubject): Promise<ServerAnswer>
}

/** The authorization request before it is a URL. */
export interface AuthorizationDraft {
  /** The authorization endpoint. Empty when the metadata names none: an extension can supply it. */
  readonly url: string
  readonly params: ParamValues
  /** What follows the URL, such as `#wechat_redirect`. */
  readonly fragment?: string | undefined
  /** The provider answers with a cross-site POST. */
  readonly formPost: boolean
  /** What comes back with the callback. Secret. Extensions keep theirs in `login.data`. */
  readonly login: OAuth2Login
}

/** What a request to the authorization server is about. */
export interface RequestSubject {
  /** The login that the request ends or prepares. */
  readonly login?: OAuth2Login | undefined
  /** The token that is refreshed, revoked or inspected. */
  readonly token?: Token | undefined
  /** The parameters of the callback that is being answered. */
  readonly callback?: Params | undefined
  /** The request is of a session: its tokens must be kept even if something else about the answer is wrong. */
  readonly keeping?: boolean | undefined
  /** Ends the request, with its own reason. */
  readonly signal?: AbortSignal | undefined
}

/** A request to the authorization server before it is bytes. */
export interface ServerRequest extends RequestSubject {
  /** The name of the endpoint in the metadata. */
  readonly endpoint: string
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly params: ParamValues
  /** How the parameters are sent. */
  readonly encoding: 'form' | 'json' | 'query'
  /** The `fetch` to send with, such as one with a client certificate. Default: the one of the client. */
  readonly fetch?: typeof fetch | undefined
}

/** An answer of the authorization server, decoded when it is a JSON object. */
export interface ServerAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The members of the JSON object. Undefined when the body is anything else. */
  readonly members?: Readonly<Record<string, unknown>> | undefined
  /** What an extension keeps for its own `token`. */
  readonly data?: JsonObject | undefined
}

/** A request to an API. The body is not shown: it is sent as it is, with each attempt. */
export interface ApiRequest {
  readonly url: string
  readonly method: string
  /** The token stands in `authorization` already. */
  readonly headers: Headers
  /** Whether it can be sent once more. A stream cannot. */
  readonly repeatable: boolean
  readonly fetch?: typeof fetch | undefined
}

/** What adds to a client. A preset of a provider is one, built from a table. */
export interface ClientExtension {
  readonly name: string
  /** Token types that the server may answer besides Bearer. */
  readonly tokenTypes?: readonly string[] | undefined
  /** Names of the options of a login that `authorizing` reads, besides those of the client. Other options are refused. */
  readonly authorizationOptions?: readonly string[] | undefined
  /**
   * When `authorizing` runs, whatever the order in `extensions`: after all that change the request (`sign`), or after that
   * (`push`). Nothing may change a request that was signed or pushed. Default: before both.
   */
  readonly authorizingPhase?: 'sign' | 'push' | undefined
  /** Changes the authorization request. */
  authorizing?(
    draft: AuthorizationDraft,
    options: AuthorizationOptions,
    client: ClientContext,
  ): Awaitable<AuthorizationDraft>
  /** Tells the login of a callback that has no `state`, such as a signed response. Nothing is verified yet. */
  loginId?(params: Params): Awaitable<string | undefined>
  /** Changes or verifies the callback before anything in it is used. */
  callback?(params: Params, login: OAuth2Login, client: ClientContext): Awaitable<Params>
  /** Surrounds each request to the authorization server. `next` may be called again: it authenticates afresh each time. */
  send?(
    request: ServerRequest,
    next: (request: ServerRequest) => Promise<ServerAnswer>,
    client: ClientContext,
  ): Promise<ServerAnswer>
  /** Writes the request as this server wants it, client authentication included. */
  encode?(request: ServerRequest, client: ClientContext): Awaitable<ServerRequest>
  /** Reads the answer as the specification writes it. */
  decode?(answer: ServerAnswer, request: ServerRequest, client: ClientContext): Awaitable<ServerAnswer>
  /** Changes or verifies the token of a token response. */
  token?(token: Token, answer: ServerAnswer, about: RequestSubject, client: ClientContext): Awaitable<Token>
  /** Surrounds each request to an API. `next` may be called again if the request is `repeatable`. */
  call?(
    request: ApiRequest,
    token: Token,
    next: (request: ApiRequest) => Promise<Response>,
    client: ClientContext,
  ): Promise<Response>
}

/** Extensions in the order their `authorizing` runs. */
export function authorizingOrder(extensions: readonly ClientExtension[]): readonly ClientExtension[] {
  const phases = [undefined, 'sign', 'push'] as const
  return phases.flatMap((phase) => extensions.filter(({ authorizingPhase }) => authorizingPhase === phase))
}
