/**
 * Hears from the server that a person has answered.
 *
 * @spec CIBA Core §10.2
 */

import { AuthlibError, noStore, type HttpRequest, type HttpResponse, type Mountable } from '@authlib/core'
import { errorResponse, parseAuthorization, parseJsonObject } from '@authlib/core/kit'

/** A notification that is waited for. */
export interface ExpectedPing {
  /** Resolves with the next ping. */
  arrived(): Promise<void>
  /** Nothing waits any more. */
  end(): void
}

/** A mountable for the `backchannel_client_notification_endpoint` that is registered at the server. */
export interface BackchannelPings extends Mountable {
  /** `token` is the `client_notification_token` of the request `authReqId`. */
  expect(token: string, authReqId: string): ExpectedPing
}

export interface BackchannelPingsOptions {
  /** The path of the endpoint. */
  readonly path: string
}

/**
 * Takes pings for the requests of this process. With several processes a ping may reach one that does not know it: it is answered
 * 401, and the server is asked anyway.
 *
 * @example
 * const pings = backchannelPings({ path: '/pings' })
 * app.use(mount(pings))
 * for await (const step of backchannelAuthentication(client, { loginHint, pings })) …
 */
export function backchannelPings({ path }: BackchannelPingsOptions): BackchannelPings {
  const expected = new Map<string, { readonly authReqId: string; wake: () => void }>()

  async function receive(request: HttpRequest): Promise<HttpResponse> {
    const authorization = parseAuthorization(request.headers.get('authorization'))
    if (authorization?.scheme !== 'bearer') throw unauthorized()
    const { auth_req_id: id } = parseJsonObject(await request.text())
    if (typeof id !== 'string') throw new AuthlibError('invalid_request', 'auth_req_id is missing', { status: 400 })
    const waiting = expected.get(authorization.value)
    if (waiting?.authReqId !== id) throw unauthorized()
    waiting.wake()
    return { status: 204, headers: noStore, body: '' }
  }

  return {
    routes: [{ path, methods: ['POST'] }],
    async handle(request) {
      if (request.method !== 'POST') return { status: 405, headers: [['allow', 'POST'], ...noStore], body: '' }
      return receive(request).catch(errorResponse)
    },
    expect(token, authReqId) {
      let [came, wake] = signal()
      expected.set(token, { authReqId, wake: () => wake() })
      return {
        async arrived() {
          await came
          ;[came, wake] = signal()
        },
        end: () => void expected.delete(token),
      }
    },
  }
}

function signal(): [came: Promise<void>, wake: () => void] {
  let wake = (): void => undefined
  const came = new Promise<void>((resolve) => (wake = resolve))
  return [came, () => wake()]
}

function unauthorized(): AuthlibError {
  return new AuthlibError('invalid_token', 'The notification token is not one of ours', { status: 401 })
}
