/** A `fetch` that answers as providers do, and a login through the whole registry with it. */

import { OAuth, type JsonObject, type LoginClient, type LoginOptions, type Provider } from '@authlib/core'
import { fetchAdapter } from '@authlib/fetch'

/** Answers one request. Throws when the request is not what the provider demands. */
export type Route = (request: Request, body: string) => Response | Promise<Response>

/** `METHOD https://host/path` → the answer. There is nothing else. */
export type Routes = Readonly<Record<string, Route>>

/** The `fetch`, and the requests so far. */
export function internet(routes: Routes): { fetch: typeof fetch; requests: string[] } {
  const requests: string[] = []
  return {
    requests,
    async fetch(input, init) {
      const request = new Request(input, init)
      const { origin, pathname } = new URL(request.url)
      requests.push(`${request.method} ${request.url}`)
      const route = routes[`${request.method} ${origin}${pathname}`]
      return route === undefined ? new Response(null, { status: 404 }) : route(request, await request.text())
    },
  }
}

export const redirectUri = 'https://app.example/callback'

/** The time of every test, a NumericDate. */
export const now = 1_800_000_000

export interface Play<Options> {
  readonly routes: Routes
  /** Options of the login. */
  readonly options?: Omit<Options, 'redirectUri'>
  /** What the provider adds to the callback, besides `code` and `state`. */
  readonly callback?: (authorizationUrl: URL) => Readonly<Record<string, string>>
  /** How the browser comes back. Default GET. */
  readonly method?: 'GET' | 'POST'
}

export interface Played<Client, Result> {
  readonly client: Client
  readonly result: Result
  /** Where the browser was sent. */
  readonly authorization: URL
  readonly cookie: string
  readonly requests: readonly string[]
}

/** Registers the provider, sends a browser there and brings it back. */
export async function logIn<
  Options extends LoginOptions,
  Login extends JsonObject,
  Result extends object,
  Client extends object,
>(
  provider: Provider<Client & LoginClient<Options, Login, Result>>,
  { routes, options, callback, method = 'GET' }: Play<Options>,
): Promise<Played<Client, Result>> {
  const { fetch, requests } = internet(routes)
  const secrets = ['a secret of the application, 32 characters']
  const { tested } = new OAuth({ adapter: fetchAdapter, secrets, clock: () => now, fetch }).register('tested', provider)
  const asked = { redirectUri, ...options } as unknown as Options // sound: all but redirectUri is given
  const leaving = await tested.authorizeRedirect(new Request('https://app.example/login'), asked)
  const authorization = new URL(leaving.headers.get('location') ?? '')
  const cookie = leaving.headers.get('set-cookie') ?? ''
  const answers = { code: 'the-code', state: authorization.searchParams.get('state') ?? '' }
  const params = new URLSearchParams({ ...answers, ...callback?.(authorization) })
  const headers = { cookie: cookie.split(';', 1).join() }
  const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' }
  const coming =
    method === 'GET'
      ? new Request(`${redirectUri}?${params.toString()}`, { headers })
      : new Request(redirectUri, { method, headers: form, body: params.toString() })
  return { client: tested, result: await tested.authorizeAccessToken(coming), authorization, cookie, requests }
}
