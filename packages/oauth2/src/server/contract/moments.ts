/** Moments that a feature opens to others: a typed name, and what an extension does there. */

import type { Awaitable } from '@authlib/core'

/** A moment of a feature: what handlers are given, and what they may return. */
export interface Moment<In, Out> {
  readonly name: string
  /** Never set: it ties the two types to the value. */
  readonly types?: ((input: In) => Out) | undefined
  /** Makes of what {@link on} is given a handler of another moment, and brings along what that takes. Default: none. */
  readonly handler?: ((handle: never) => Handler) | undefined
}

/** What an extension does at an opened moment, made by {@link on}. */
export interface Handler {
  readonly moment: Moment<never, unknown>
  readonly handle: (input: never) => unknown
}

/** What the server hands out for a moment: its handlers, in the order of registration. */
export type MomentHandler<In, Out> = (input: In) => Awaitable<Out | void>

/**
 * Opens a moment. The feature calls `server.handlers(it)`; extensions take part with {@link on}.
 *
 * @example
 * export const idTokenClaims = moment<IdTokenDraft, JsonObject>('id_token_claims')
 */
/* @__NO_SIDE_EFFECTS__ */
export function moment<In, Out = void>(name: string): Moment<In, Out> {
  return { name }
}

/**
 * What an extension does at a moment of another feature: an entry of its `handlers`.
 *
 * @example
 * handlers: [on(idTokenClaims, ({ authorization }) => ({ sid: sessionSlot.read(authorization) }))]
 */
export function on<In, Out>(at: Moment<In, Out>, handle: MomentHandler<In, Out>): Handler {
  return at.handler?.(handle as never) ?? { moment: at, handle } // sound: `server.handlers` hands it out under the same moment only
}
