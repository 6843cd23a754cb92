/** What the cases of the OAuth 1 contract are made of. */

import { signRequest, type PlacementOptions } from '@authlib/oauth1'
import type { OAuth1Server } from '@authlib/oauth1/server'
import type { AdapterUnderTest } from '../adapter-contract/application.ts'
import { assertEqual } from '../assert.ts'
import { CALLBACK, CREDENTIALS, ORIGIN, runApplication, type CaseOptions } from './application.ts'

/** One case of the contract, for adapters of any framework. */
export interface OAuth1ContractCase {
  /** What happens, as a sentence. */
  readonly name: string
  /** Rejects, with an error that says what was expected, when something else happens. */
  run<Context, Answer>(subject: AdapterUnderTest<Context, Answer>): Promise<void>
}

/** A request, and how it is signed. */
export interface SignedInit extends Partial<PlacementOptions> {
  readonly method?: string | undefined
  /** A body of form parameters, which the signature covers. */
  readonly form?: string | undefined
  /** A body of another type, which it does not. */
  readonly body?: string | undefined
  readonly contentType?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** A request that is ready to be sent, as it was signed. */
export interface SignedMessage {
  readonly path: string
  readonly init: RequestInit & { readonly headers: Readonly<Record<string, string>> }
}

/** Token credentials, as a signature needs them. */
export type Credentials = NonNullable<PlacementOptions['token']>

/** A running application. */
export interface Running {
  /** The server that is mounted, for what its application does by itself. */
  readonly server: OAuth1Server
  /** As fetch, for a path below the origin that clients sign; redirects are not followed. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>
  /** Signs a request without sending it. */
  readonly sign: (path: string, init?: SignedInit) => Promise<SignedMessage>
  /** Signs a request and sends it. */
  readonly signed: (path: string, init?: SignedInit) => Promise<Response>
  /** A token of the person `ann`, through the endpoints. */
  readonly obtainToken: (realms?: readonly string[]) => Promise<Credentials>
}

export function oauth1Case(
  name: string,
  options: CaseOptions,
  body: (app: Running) => Promise<void>,
): OAuth1ContractCase {
  return {
    name,
    async run(subject) {
      const { server, fetch, stop } = await runApplication(subject, options)
      try {
        await body(running(server, fetch))
      } finally {
        await stop()
      }
    },
  }
}

function running(server: OAuth1Server, fetch: Running['fetch']): Running {
  const signed = async (path: string, init?: SignedInit): Promise<Response> => {
    const message = await sign(path, init)
    return fetch(message.path, message.init)
  }
  return {
    server,
    fetch,
    sign,
    signed,
    async obtainToken(realms) {
      const temporary = await readCredentials(
        await signed('/oauth1/initiate', { method: 'POST', params: { oauth_callback: CALLBACK } }),
      )
      const verifier = await approve(server, temporary.token, realms)
      const params = { oauth_verifier: verifier }
      return readCredentials(await signed('/oauth1/token', { method: 'POST', token: temporary, params }))
    },
  }
}

/** What the page of an application does at its end: the verifier that the browser brings to the client. */
export async function approve(server: OAuth1Server, token: string, realms?: readonly string[]): Promise<string> {
  const url = `/oauth1/authorize?oauth_token=${encodeURIComponent(token)}`
  const http = { method: 'GET', url, headers: new Headers(), text: async () => '' }
  const request = await server.validateAuthorizationRequest(http)
  const { headers } = await server.createAuthorizationResponse(request, { subject: 'ann', realms })
  const location = headers.find(([name]) => name === 'location')?.[1] ?? ''
  return new URL(location).searchParams.get('oauth_verifier') ?? ''
}

async function sign(
  path: string,
  { method = 'GET', form, body, contentType, headers = {}, ...options }: SignedInit = {},
): Promise<SignedMessage> {
  const signed = await signRequest({ method, url: ORIGIN + path, form }, { ...CREDENTIALS, ...options })
  const type = form === undefined ? contentType : 'application/x-www-form-urlencoded'
  const sent = signed.form ?? body
  return {
    path: signed.url.slice(ORIGIN.length),
    init: {
      method,
      headers: {
        ...(signed.authorization !== undefined && { authorization: signed.authorization }),
        ...(type !== undefined && { 'content-type': type }),
        ...headers,
      },
      ...(sent !== undefined && { body: sent }),
    },
  }
}

/** The credentials in an answer. */
export async function readCredentials(response: Response): Promise<Credentials> {
  const text = await response.text()
  assertEqual(response.status, 200, `the status of a request for credentials (${text})`)
  const members = new URLSearchParams(text)
  return { token: members.get('oauth_token') ?? '', tokenSecret: members.get('oauth_token_secret') ?? '' }
}

/** Asserts a refusal: form-encoded, and with a challenge when it is a 401. */
export async function assertRefusal(response: Response, status: number, error: string, what: string): Promise<void> {
  const text = await response.text()
  assertEqual(response.status, status, `${what}: the status (${text.slice(0, 200)})`)
  assertEqual(new URLSearchParams(text).get('error'), error, `${what}: the error`)
  if (status !== 401) return
  assertEqual(response.headers.get('www-authenticate'), `OAuth realm="${ORIGIN}"`, `${what}: the challenge`)
}
