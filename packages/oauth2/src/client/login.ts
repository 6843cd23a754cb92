/** What begins a login, and what is kept of it until the callback. */

import type { CallOptions, JsonObject, LoginOptions } from '@authlib/core'

export interface AuthorizationOptions extends LoginOptions, CallOptions {
  /** Default: the scope of the client. */
  readonly scope?: readonly string[] | undefined
  /** The resources that the token is for, RFC 8707. */
  readonly resource?: readonly string[] | undefined
  /** What the token is for, in detail: typed objects such as payments. RFC 9396. */
  readonly authorizationDetails?: readonly JsonObject[] | undefined
  /** Default: what the server does by itself, which is the query. */
  readonly responseMode?: 'query' | 'form_post' | undefined
  /** Further parameters. The protocol's own cannot be set here. They win over the `params` of the client. */
  readonly params?: Readonly<Record<string, string>> | undefined
}

/** What the callback needs of its request. Secret. */
export type OAuth2Login = {
  readonly state: string
  readonly codeVerifier: string
  /** Sent again with the code, byte for byte. RFC 6749 §4.1.3. */
  readonly redirectUri: string
  readonly scope: readonly string[]
  readonly resource?: readonly string[] | undefined
  /** The client that began it, and the issuer it was sent to: no other client may finish it. RFC 9700 §4.4.2. */
  readonly clientId: string
  readonly issuer?: string | undefined
  /** What extensions keep for the end of the login. */
  readonly data?: JsonObject | undefined
}
