/** Requests as features see them. What a person authorises is one thing, whichever way it came. */

import type { HttpRequest, JsonObject, Params } from '@authlib/core'
import type { Client } from './client.ts'
import type { Changes } from './plans.ts'
import type { ResponseMode, ResponseType } from './registrable.ts'
import type { Server } from './server.ts'

/** What a client asks a person to authorise. */
export interface ConsentRequest {
  readonly server: Server
  readonly client: Client
  readonly params: Params
  /** Requested scope, less what this server does not know. */
  readonly scope: readonly string[]
  /** Id of the authorization to be. Fixed here, so that answering twice fails by itself. */
  readonly authorizationId: string
  readonly receivedAt: number
  /** What the commit of the answer must find and write besides, such as a pushed request that it uses up. */
  readonly changes: Changes
  /** How the parameters came, such as `pushed` and `signed`. Empty: in the open, through a browser. */
  readonly via: readonly string[]
  /** What extensions made of the parameters, each under its slot. */
  readonly data: JsonObject
}

/** Where an authorization response goes. Known before the request is valid, because errors need it too. */
export interface ResponseTarget {
  readonly server: Server
  readonly client: Client
  readonly redirectUri: string
  readonly responseMode: ResponseMode
  /** The mode of the response type, which a mode such as `jwt` stands on. */
  readonly defaultMode: 'query' | 'fragment'
  readonly state: string | undefined
}

/** A request at the authorization endpoint, valid. RFC 6749 §4.1.1 */
export interface AuthorizationRequest extends ConsentRequest, ResponseTarget {
  readonly kind: 'authorization'
  readonly responseType: ResponseType
}

/** A request without a redirect: of a device, CIBA, first-party applications. The outcome is learnt at the token endpoint. */
export interface BackchannelRequest extends ConsentRequest {
  readonly kind: 'backchannel'
  readonly grantType: string
}

/** What login and consent pages work on. */
export type InteractionRequest = AuthorizationRequest | BackchannelRequest

/** A direct request of an authenticated client: at the token endpoint, or where requests are pushed. */
export interface ClientRequest {
  /** Name of the endpoint, such as `token`. */
  readonly endpoint: string
  readonly server: Server
  readonly http: HttpRequest
  readonly client: Client
  readonly params: Params
  readonly now: number
  /** What extensions made of the request, each under its slot. */
  readonly data: JsonObject
}

/** A request at the token endpoint. */
export interface TokenRequest extends ClientRequest {
  readonly kind: 'token'
  readonly grantType: string
}

/** What a token is issued for: most often a token request; a response type may put one into the front channel. */
export type IssuingRequest = TokenRequest | InteractionRequest

/** Parameters that an authenticated client pushed, to be resolved and validated as if a browser had brought them. */
export interface PushedRequest {
  readonly client: Client
  readonly params: Params
  readonly authorizationId: string
}

/** What an endpoint makes a {@link BackchannelRequest} of. */
export interface NewBackchannelRequest {
  readonly grantType: string
  readonly client: Client
  readonly params: Params
  readonly authorizationId: string
  readonly receivedAt: number
  /** Default: none. */
  readonly via?: readonly string[] | undefined
}

/** A request that was valid before and comes back from a page. */
export interface ResumedRequest {
  /** Of a back-channel request; absent for one of the authorization endpoint. */
  readonly grantType?: string | undefined
  readonly clientId: string
  readonly params: Params
  readonly authorizationId: string
  readonly receivedAt: number
  readonly changes?: Changes | undefined
  readonly via: readonly string[]
}
