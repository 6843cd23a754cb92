/** Moments of the answer to an authorization request. */

import type { HttpHeader } from '@authlib/core'
import type { Authorization } from './authorization.ts'
import { moment, type Moment } from './moments.ts'
import type { AuthorizationRequest } from './requests.ts'

/** A request that the person has approved, and what was stored of it. */
export interface AnsweredAuthorization {
  readonly request: AuthorizationRequest
  readonly authorization: Authorization
}

/** What is added to the answer. Headers are for the browser of the person, such as a cookie. */
export interface AnswerAddition {
  readonly params?: Readonly<Record<string, string>> | undefined
  readonly headers?: readonly HttpHeader[] | undefined
}

/** After an authorization is stored and before its answer is sent: adds what depends on the login. */
export const authorizationAnswered: Moment<AnsweredAuthorization, AnswerAddition> = moment('authorization_answered')
