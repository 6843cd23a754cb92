/** ky on a session: retries, time-outs and `.json()` for calls to an API. Each attempt is signed afresh. */

import ky, { type KyInstance, type Options } from 'ky'

/** What ky needs of a session. */
export interface KySession {
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>
  /** Where relative URLs start. */
  readonly baseUrl?: string | undefined
}

/**
 * A ky instance that calls the API in the name of the account of the session.
 *
 * @example
 * const boards = await api(apiSession(oauth.trello, user.id)).get('members/me/boards').json()
 */
export function api({ fetch, baseUrl }: KySession, options: Options = {}): KyInstance {
  return ky.create({ ...options, fetch, ...(baseUrl !== undefined && { baseUrl }) })
}
