/** The API of a session as a ky instance: retries, time-outs, `.json()`. In a subpath of its own, because ky is large. */

import ky, { type KyInstance, type Options } from 'ky'

/** What a session of a client is to ky. */
export interface ApiSession {
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>
  readonly baseUrl: string | undefined
}

/**
 * A ky instance that sends the token of a session, which is refreshed as in `session.fetch`. Relative URLs start at the
 * `apiBaseUrl` of the client.
 *
 * @example
 * const repos = await api(apiSession(oauth.github, user.id)).get('user/repos').json<Repo[]>()
 */
export function api({ fetch, baseUrl }: ApiSession, options: Omit<Options, 'fetch'> = {}): KyInstance {
  return ky.create({ ...(baseUrl !== undefined && { baseUrl }), ...options, fetch })
}
