/** What happened, for logs, metrics and alarms. Never a credential. */

import type { JsonObject } from '@authlib/core'
import { logError } from '@authlib/core/kit'

/** Why an authorization ends. */
export type EndingCause = 'revocation' | 'replay' | 'administration' | 'logout'

interface OfAuthorization {
  readonly authorizationId: string
  readonly clientId: string
  readonly subject?: string | undefined
}

interface Refused {
  readonly clientId?: string | undefined
  readonly error: string
  readonly reason?: string | undefined
}

/**
 * Every event by its type. Features of your own add theirs by declaration merging:
 *
 *     declare module '@authlib/oauth2/server' {
 *       interface AuthEvents {
 *         'login.failed': { readonly username: string }
 *       }
 *     }
 */
export interface AuthEvents {
  /** A person has approved a request. */
  'authorization.granted': OfAuthorization & { readonly scope: readonly string[] }
  /** An authorization has ended, with every code and token of it. */
  'authorization.revoked': OfAuthorization & { readonly cause: EndingCause }
  /** The authorization endpoint has refused a request. */
  'authorization.refused': Refused
  'token.issued': OfAuthorization & { readonly grantType: string; readonly scope: readonly string[] }
  /** The token endpoint has refused a request. */
  'token.refused': Refused & { readonly grantType?: string | undefined }
  /** One token was revoked. */
  'token.revoked': OfAuthorization & { readonly token: string }
  /** Client authentication has failed. */
  'client.refused': { readonly clientId?: string | undefined; readonly reason?: string | undefined }
  /** A client has registered itself. */
  'client.registered': { readonly clientId: string }
  /** A client has changed its registration. */
  'client.updated': { readonly clientId: string }
  /** A client has deleted its registration, with its tokens and consents. */
  'client.deleted': { readonly clientId: string }
  /** An endpoint other than the token and the authorization endpoint has refused a request. */
  'request.refused': Refused & { readonly endpoint: string }
  /** A live token was called inactive, as the caller may not know about it. */
  'introspection.withheld': { readonly clientId: string; readonly reason: string }
  /** Something was told to another server, such as a logout to a client. */
  'delivery.done': { readonly name: string; readonly attempts: number; readonly data: JsonObject }
  /** It did not arrive. It is tried again, for a day. */
  'delivery.failed': {
    readonly name: string
    readonly attempts: number
    readonly reason: string
    readonly data: JsonObject
  }
  /** Something registered cannot do what it is there for. Told once, when registration ends. */
  'configuration.warning': { readonly reason: string; readonly clientId?: string | undefined }
  'server.error': { readonly error: unknown }
}

/** What happened, told after it was committed. Switch on `type`. `at` is a NumericDate. */
export type AuthEvent = {
  [Type in keyof AuthEvents]: { readonly type: Type; readonly at: number } & AuthEvents[Type]
}[keyof AuthEvents]

/** Called after the commit and not waited for. What it throws is swallowed: a listener cannot fail a request. */
export type EventListener = (event: AuthEvent) => void

/** For servers without a listener: a crash must not vanish, nor what is wrong with the configuration. */
export function logServerError(event: AuthEvent): void {
  if (event.type === 'server.error' || event.type === 'configuration.warning') consoleEvents()(event)
}

export interface ConsoleEventsOptions {
  /** Also what went well: every grant and every token. Default false. */
  readonly verbose?: boolean | undefined
  /** Where lines go. Default: `console.warn`. */
  readonly write?: ((line: string) => void) | undefined
}

/**
 * Writes why requests were refused, one line each. The default of a server whose issuer is a loopback host; elsewhere errors
 * of the server alone are written.
 *
 * @example
 * new AuthorizationServer({ issuer, store, secrets, onEvent: consoleEvents({ verbose: true }) })
 */
export function consoleEvents({ verbose = false, write = warn }: ConsoleEventsOptions = {}): EventListener {
  return (event) => {
    if (event.type === 'server.error') {
      logError(event.error)
      return
    }
    if (!verbose && !/refused|revoked|withheld|failed|warning/.test(event.type)) return
    const { type, at: _at, ...members } = event
    const words = Object.entries(members).flatMap(([name, value]: [string, unknown]) =>
      value === undefined ? [] : [`${name}=${JSON.stringify(value)}`],
    )
    write([`authlib ${type}`, ...words].join(' '))
  }
}

function warn(line: string): void {
  console.warn(line) // eslint-disable-line no-console -- what it is for
}
