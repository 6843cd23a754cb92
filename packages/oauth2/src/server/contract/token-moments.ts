/** Moments that grants open: what a specification builds on one of them is a feature of its own. */

import type { IssuePlan } from './plans.ts'
import type { TokenRequest } from './requests.ts'
import { moment, type Moment } from './moments.ts'

/**
 * An assertion at the JWT bearer grant, before anything of it was verified. The first handler that returns a plan answers the
 * request; without any, the issuers of the grant decide.
 */
export const presentedAssertion: Moment<{ readonly request: TokenRequest; readonly text: string }, IssuePlan> =
  moment('presented_assertion')

/** A token exchange for a `requested_token_type` that the grant itself does not issue. */
export const requestedToken: Moment<{ readonly request: TokenRequest; readonly type: string }, IssuePlan> =
  moment('requested_token')
