/** Plans: what a grant, a response type or an extension wants to happen. Data, written by the server in one batch. */

import type { Expectation, HttpHeader, HttpResponse, JsonObject, RecordKey, StoredRecord } from '@authlib/core'
import type { OAuth2Error } from '../../errors.ts'
import type { Authorization, AuthorizationIndex, AuthorizationUpdate } from './authorization.ts'
import type { Client } from './client.ts'

/** Writes of one batch, all in the partition of the authorization. */
export interface Changes {
  readonly expect?: readonly Expectation[] | undefined
  readonly put?: readonly StoredRecord[] | undefined
  readonly remove?: readonly RecordKey[] | undefined
}

/** What a grant wants to happen: a token, or a refusal that writes something. A grant writes nothing itself. */
export type TokenPlan = IssuePlan | RefusePlan

/** A token for an authorization, or a refusal that changes the authorization. */
export interface IssuePlan {
  /** As read from the store, or a new one of `newAuthorization`. */
  readonly authorization: Authorization
  /** Scope of the access token. */
  readonly scope: readonly string[]
  /** A refresh token may be issued with it. Default false. */
  readonly refreshable?: boolean | undefined
  /** No other token will derive from the authorization: token and authorization may share one record. Default false. */
  readonly single?: boolean | undefined
  /** What the authorization becomes. */
  readonly update?: AuthorizationUpdate | undefined
  /** Other records of its partition. */
  readonly changes?: Changes | undefined
  /** Further members of the token response. */
  readonly params?: JsonObject | undefined
  /** What the access token starts with, before extensions change it. */
  readonly token?: TokenChange | undefined
  /** The request is valid, yet answer this once `update` and `changes` are written. */
  readonly refuse?: OAuth2Error | undefined
  /** Written when an extension refuses the request with `invalid_grant`. */
  readonly ifInvalid?: Changes | undefined
}

/** A refusal where there is no authorization yet, such as of a poll. */
export interface RefusePlan {
  /** Where the changes are written: the id of the authorization to be. */
  readonly partition: string
  readonly refuse: OAuth2Error
  /** Bookkeeping. When the commit is lost, the error is answered all the same. */
  readonly changes?: Changes
  readonly authorization?: undefined
}

/** An access token about to be minted. */
export interface TokenDraft {
  readonly authorization: Authorization
  readonly client: Client
  readonly scope: readonly string[]
  readonly audience: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
  readonly tokenType: string
  /** Name of the `TokenFormat`. */
  readonly format: string
  /** Signature algorithm, for a format that signs. Undefined: the one of the format. */
  readonly algorithm?: string | undefined
  /** Further claims, such as `cnf`. Wire names. */
  readonly claims: JsonObject
  readonly single: boolean
}

/** What is changed about a draft. Claims are added, never replaced. */
export interface TokenChange {
  /** Only less: what is not in the draft is left out. */
  readonly scope?: readonly string[] | undefined
  readonly audience?: readonly string[] | undefined
  /** At most this many seconds: the least of all wins. */
  readonly lifetime?: number | undefined
  readonly tokenType?: string | undefined
  /** Name of a registered `TokenFormat`. That of the plan wins, then that of an extension, then the default format. */
  readonly format?: string | undefined
  /** Signature algorithm, for a format that signs. The server must have a key for it. */
  readonly algorithm?: string | undefined
  /** Wire names. Two features that write the same one are refused. */
  readonly claims?: JsonObject | undefined
  /** Members of `cnf`, joined: mutual TLS and DPoP may bind one token. RFC 7800 §3.1 */
  readonly confirmation?: JsonObject | undefined
}

/** A token, and what has to be written with it. */
export interface MintedToken {
  readonly token: string
  readonly changes?: Changes
  /** The token's own record holds the authorization, so it needs no other. */
  readonly holdsAuthorization?: boolean
}

/** An access token, minted and not yet committed. */
export interface IssuedToken {
  readonly draft: TokenDraft
  readonly plan: IssuePlan
  readonly accessToken: string
  /** The response so far. */
  readonly params: JsonObject
}

/** What an extension adds to a token response. */
export interface TokenResponseChange {
  readonly params?: JsonObject
  readonly headers?: readonly HttpHeader[]
  readonly update?: AuthorizationUpdate
  readonly changes?: Changes
}

/** What an extension keeps of an authorization before it is stored. */
export interface AuthorizationChange {
  readonly data?: JsonObject
  readonly changes?: Changes
  readonly index?: AuthorizationIndex
  /**
   * Once every extension has had its say: what the authorization becomes, such as more scope that the person has approved
   * before. `data` replaces the slots it names.
   */
  readonly amend?: (authorization: Authorization) => Pick<AuthorizationUpdate, 'scope' | 'data'>
}

/** What a response type wants written and sent to the client. */
export interface AuthorizationPlan {
  readonly params: Readonly<Record<string, string>>
  readonly changes?: Changes
  readonly update?: AuthorizationUpdate
}

/** A token outside the token endpoint, such as in the front channel. */
export interface MintedPlan extends AuthorizationPlan {
  /** The members of `params`, as the token endpoint would answer them. */
  readonly members: JsonObject
}

/** What a grant without a redirect wants written once the person has answered, and shown to the browser. */
export interface BackchannelPlan {
  readonly response: HttpResponse
  readonly changes?: Changes | undefined
  readonly update?: AuthorizationUpdate
}

/** A live token of this server, whatever made it. */
export interface FoundToken {
  /** `access_token`, `refresh_token`: the values of `token_type_hint`. RFC 7009 §2.1 */
  readonly kind: string
  readonly authorization: Authorization
  readonly scope: readonly string[]
  readonly audience: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
  readonly tokenType?: string | undefined
  readonly claims: JsonObject
  /** The record of the token, when it holds the authorization and that has none of its own yet. */
  readonly heldBy?: Expectation | undefined
  /** What its revocation writes: the end of the authorization, or of this token alone. */
  readonly revocation: {
    readonly update?: AuthorizationUpdate | undefined
    readonly changes?: Changes | undefined
  }
}
