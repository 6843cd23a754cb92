/** What the functions beside a client need of it. Every `OAuth2Client` and `OpenIDClient` is one. */

import type { CallOptions, ParamValues } from '@authlib/core'
import type { ClientContext } from './extension.ts'
import type { Token } from './token.ts'

export interface TokenRequestOptions extends CallOptions {
  /** Default: the scope of the client for client credentials; for a refresh what was granted. */
  readonly scope?: readonly string[] | undefined
  /** RFC 8707. */
  readonly resource?: readonly string[] | undefined
  /** Further parameters. The protocol's own cannot be set here. */
  readonly params?: ParamValues | undefined
}

export interface ExchangeOptions extends TokenRequestOptions {
  /** Token types that this grant may answer besides Bearer, as `N_A` in RFC 8693 §2.2.1. */
  readonly tokenTypes?: readonly string[] | undefined
}

/** A client that gets tokens. */
export interface TokenClient {
  readonly context: ClientContext
  exchange(grantType: string, options?: ExchangeOptions): Promise<Token>
}
