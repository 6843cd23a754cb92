/** What features of OpenID Connect open to each other: the subject, the claims and the form of what a client is told. */

import type { Awaitable, JsonObject } from '@authlib/core'
import type { Key } from '@authlib/jose'
import {
  moment,
  type Authorization,
  type Client,
  type Moment,
  type Server,
  type TokenRequest,
} from '@authlib/oauth2/server'

/** For whom and for what claims are wanted. */
export interface ClaimsContext {
  readonly server: Server
  readonly client: Client
  /** Who authorised what, and what features keep of it. */
  readonly authorization: Authorization
  /** Granted scope. Whatever it does not stand for is left out of what you return. */
  readonly scope: readonly string[]
  /** `existence`: only whether the subject is known counts, before a code or a token is given. */
  readonly use: 'id_token' | 'userinfo' | 'existence'
  /** Preferred languages for claims, best first: `claims_locales` of the request. Core §5.2 */
  readonly locales: readonly string[]
}

/** An ID Token that a response type wants. */
export interface IdTokenRequest {
  readonly server: Server
  readonly client: Client
  readonly authorization: Authorization
  /** The token carries the claims of the scope, since no access token comes with it. Core §5.4 */
  readonly withClaims: boolean
  readonly nonce?: string | undefined
  readonly accessToken?: string | undefined
  readonly code?: string | undefined
  readonly state?: string | undefined
  /** The refresh token that is pushed with it. CIBA Core §10.3.1 */
  readonly refreshToken?: string | undefined
  /** The request that the push answers. CIBA Core §10.3.1 */
  readonly authReqId?: string | undefined
  /** The token request that the ID Token answers. Absent in other answers. */
  readonly request?: TokenRequest | undefined
}

/** A subject as the application knows it, and the client that is told. */
export interface SubjectOfClient {
  readonly server: Server
  readonly client: Client
  readonly subject: string
}

/** An answer about the end-user, signed or not yet. */
export interface ClientAnswer {
  readonly server: Server
  readonly client: Client
  readonly use: 'id_token' | 'userinfo'
  /** A signed JWT, or the claims of a userinfo answer that is not signed. */
  readonly content: string | JsonObject
}

/** Makes an ID Token for a response type. Answered by {@link openIdCode}. */
export const idToken: Moment<IdTokenRequest, string> = moment('id_token')

/** Adds claims to every ID Token, such as `sid`. Protocol claims win. */
export const idTokenClaims: Moment<Omit<IdTokenRequest, 'withClaims'>, JsonObject> = moment('id_token_claims')

/** Names claims that may be released beside those of the scope. */
export const releasableClaims: Moment<ClaimsContext, readonly string[]> = moment('releasable_claims')

/** Says by which `sub` a client knows a subject. Default: the subject itself. */
export const subjectIdentifier: Moment<SubjectOfClient, string> = moment('subject_identifier')

/** The reverse of {@link subjectIdentifier}, for the `sub` of a hint. */
export const identifiedSubject: Moment<Omit<SubjectOfClient, 'subject'> & { readonly sub: string }, string> =
  moment('identified_subject')

/** Changes the form of an answer, such as by encryption. */
export const clientAnswer: Moment<ClientAnswer, string> = moment('client_answer')

/** The secrets of a client as keys, for an algorithm with a shared key. The newest last. */
export const secretSigning: Moment<
  { readonly server: Server; readonly client: Client; readonly alg: string },
  readonly Key[]
> = moment('secret_signing')

/** The `sub` that this client is told. */
export async function subjectFor(of: SubjectOfClient): Promise<string> {
  return (await firstOf(of.server.handlers(subjectIdentifier), of)) ?? of.subject
}

/** The subject that is meant by a `sub` of this client. */
export async function subjectOf(of: Omit<SubjectOfClient, 'subject'> & { readonly sub: string }): Promise<string> {
  return (await firstOf(of.server.handlers(identifiedSubject), of)) ?? of.sub
}

/** What the first handler makes of it that has something to say. */
export async function firstOf<In, Out>(
  handlers: readonly ((input: In) => Awaitable<Out | void>)[],
  input: In,
): Promise<Out | undefined> {
  for (const handle of handlers) {
    const result = await handle(input)
    if (result !== undefined) return result
  }
  return undefined
}
