/** The application of the OAuth 1 contract: a server with its consent page, a protected route, and a client of the server. */

import {
  AuthlibError,
  jsonResponse,
  memoryStore,
  OAuth,
  readForm,
  type HttpRequest,
  type HttpResponse,
  type Mountable,
} from '@authlib/core'
import { oauth1 } from '@authlib/oauth1/client'
import { OAuth1Server, ResourceProtector, staticClients } from '@authlib/oauth1/server'
import type { AdapterUnderTest, BodyParser, ContractApplication } from '../adapter-contract/application.ts'

/** What clients sign. A proxy in front of the application ends TLS and hands requests on to another host and port. */
export const ORIGIN = 'https://api.example'
export const CREDENTIALS = { clientId: 'web', clientSecret: 'client & ü' }
export const CALLBACK = 'https://app.example/callback?keep=1'

const SECRETS = ['a secret of the contract, long enough to pass']

/** How the application runs. */
export interface CaseOptions {
  /** Where the server is mounted. Default `/`. */
  readonly path?: string | undefined
  readonly parser?: BodyParser | undefined
}

/** A running application, reached as through the proxy. */
export interface RunningApplication {
  readonly server: OAuth1Server
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>
  readonly stop: () => Promise<void>
}

/** Runs the application with the adapter. */
export async function runApplication<Context, Answer>(
  subject: AdapterUnderTest<Context, Answer>,
  { path = '/', parser }: CaseOptions,
): Promise<RunningApplication> {
  let behind = ''
  const proxy: typeof fetch = (input, init) => {
    const request = new Request(input, init)
    return fetch(new Request(behind + request.url.slice(ORIGIN.length), request))
  }
  const clients = staticClients([{ ...CREDENTIALS, redirectUris: [CALLBACK], realms: ['read', 'write'] }])
  const options = { origin: ORIGIN, store: memoryStore(), secrets: SECRETS, clients, onEvent: () => undefined }
  const below = path === '/' ? '' : path
  const pages = { login: `${ORIGIN}/login-page`, consent: `${ORIGIN}${below}/consent`, session: () => ({ subject: 'ann' }) } // prettier-ignore
  const paths = {
    initiate: `${below}/oauth1/initiate`,
    authorize: `${below}/oauth1/authorize`,
    token: `${below}/oauth1/token`,
  }
  const server = new OAuth1Server({ ...options, pages, paths })
  const running = await subject.serve({
    path,
    parser,
    decorated: false,
    mountables: [server, consentPage(server, `${below}/consent`)],
    onError: () => undefined,
    protector: new ResourceProtector(options),
    stream: () => new ReadableStream(), // no case asks for it
    ...loginOf(subject.adapter, paths, proxy),
  })
  behind = running.url
  return {
    server,
    fetch: (target, init) => fetch(running.url + target, { redirect: 'manual', ...init }),
    stop: () => running.stop(),
  }
}

/** Tells what is asked for, and takes the decision of a person who is logged in. */
function consentPage(server: OAuth1Server, path: string): Mountable {
  const answer = async (http: HttpRequest): Promise<HttpResponse> => {
    const pending = await server.interaction.resume(http)
    if (http.method === 'GET') return jsonResponse(200, { realms: pending.realms })
    return (await readForm(http)).get('decision') === 'allow' ? pending.approve() : pending.deny()
  }
  return {
    routes: [{ path, methods: ['GET', 'POST'] }],
    handle: (http) => answer(http).catch((error: unknown) => server.respondToPerson(error)),
  }
}

/** The two calls of a login, which end with what was obtained or the code of the error. */
function loginOf<Context, Answer>(
  adapter: AdapterUnderTest<Context, Answer>['adapter'],
  { initiate, authorize, token }: Readonly<Record<'initiate' | 'authorize' | 'token', string>>,
  proxy: typeof fetch,
): Pick<ContractApplication<Context, Answer>, 'login' | 'callback'> {
  const registry = new OAuth({ adapter, secrets: SECRETS, fetch: proxy }).register(
    'api',
    oauth1({
      ...CREDENTIALS,
      requestTokenUrl: ORIGIN + initiate,
      authorizationUrl: ORIGIN + authorize,
      accessTokenUrl: ORIGIN + token,
    }),
  )
  return {
    login: (context) => registry.api.authorizeRedirect(context, { redirectUri: CALLBACK, data: { page: '/notes' } }),
    async callback(context) {
      try {
        const { token: obtained, data } = await registry.api.authorizeAccessToken(context)
        return { token: obtained.accessToken, tokenSecret: obtained.tokenSecret, data }
      } catch (error) {
        return { error: error instanceof AuthlibError ? error.code : String(error) }
      }
    },
  }
}
