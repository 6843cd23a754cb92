/** The token a request was let in with, for the handlers behind a protector. */

/** What tokens of any protocol may tell; a protocol's own token type has more. */
export interface CurrentToken {
  readonly clientId?: string | undefined
  readonly subject?: string | undefined
  readonly scope?: readonly string[] | undefined
}

const tokens = new WeakMap<object, CurrentToken>()

/** Adapters call this with the request object that the framework hands to every handler. */
export function setCurrentToken(request: object, token: CurrentToken): void {
  tokens.set(request, token)
}

/** Undefined when no protector let the request in. The caller knows which protector, and so which type, it was. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- spares every handler a cast
export function currentToken<T extends CurrentToken = CurrentToken>(request: object): T | undefined {
  return tokens.get(request) as T | undefined // sound as far as the caller names its own protector's type
}
