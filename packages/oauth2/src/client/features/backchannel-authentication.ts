/**
 * Login of a person who is elsewhere: at a counter, on the phone. The person confirms on a device of their own.
 *
 * @spec CIBA Core §7 §10.2 §11
 */

import { AuthlibError, randomToken, type JsonObject } from '@authlib/core'
import { untilAborted } from '@authlib/core/kit'
import { readText } from '../connection.ts'
import type { TokenClient } from '../token-client.ts'
import type { Token } from '../token.ts'
import type { BackchannelPings } from './backchannel-pings.ts'
import { delayAfter, readSeconds, sleep } from './polling.ts'

/** A person who has not answered yet. */
export interface BackchannelWaiting {
  readonly status: 'pending'
  /** The request at the server. */
  readonly authReqId: string
  /** NumericDate. */
  readonly expiresAt: number
  /** Seconds until the server is asked again. */
  readonly interval: number
}

/** A state of a back-channel authentication. */
export type BackchannelStep = BackchannelWaiting | { readonly status: 'done'; readonly token: Token }

export interface BackchannelAuthenticationOptions {
  /** Who the person is. One of the three hints. */
  readonly loginHint?: string | undefined
  readonly loginHintToken?: string | undefined
  readonly idTokenHint?: string | undefined
  /** Shown on both devices, so that the person knows what is confirmed. */
  readonly bindingMessage?: string | undefined
  /** A secret of the person, where the server asks for one. */
  readonly userCode?: string | undefined
  readonly acrValues?: readonly string[] | undefined
  /** Seconds that the person has to answer. Default: what the server chooses. */
  readonly requestedExpiry?: number | undefined
  /** Default `openid`, which providers of OpenID Connect demand. §7.1 */
  readonly scope?: readonly string[] | undefined
  /** RFC 8707. */
  readonly resource?: readonly string[] | undefined
  /** RFC 9396. */
  readonly authorizationDetails?: readonly JsonObject[] | undefined
  /** Further parameters. A signed request comes from `signedRequest(key)`. */
  readonly params?: Readonly<Record<string, string>> | undefined
  /** Of a client that is registered for pings: the answer comes when the person has answered. */
  readonly pings?: BackchannelPings | undefined
  /** Ends the waiting and the requests, with its own reason. */
  readonly signal?: AbortSignal | undefined
  /** Waits that many seconds. Default: a timer. */
  readonly wait?: ((seconds: number, signal?: AbortSignal) => Promise<void>) | undefined
}

const GRANT_TYPE = 'urn:openid:params:grant-type:ciba'

/**
 * Yields the request while the person has not answered, and at last the token. A ping shortens the waiting; one that is lost
 * costs nothing but time, as the server is asked anyway.
 *
 * @throws AuthlibError `access_denied`, `expired_token`, `unknown_user_id`, `missing_user_code`, `missing_endpoint` and what else the
 * server answers; the reason of `signal`
 * @example
 * for await (const step of backchannelAuthentication(client, { loginHint: 'alice@example.com', bindingMessage: 'W4SCT' })) {
 *   if (step.status === 'done') await apiSession(client, 'alice').save(step.token)
 * }
 */
export async function* backchannelAuthentication(
  client: TokenClient,
  { scope = ['openid'], resource, signal, wait = sleep, pings, ...options }: BackchannelAuthenticationOptions,
): AsyncGenerator<BackchannelStep, void> {
  const { context } = client
  const { clock, random } = context
  const notification = pings === undefined ? undefined : randomToken(random)
  const began = clock()
  const params = {
    ...paramsOf(options),
    scope: scope.join(' '),
    resource,
    client_notification_token: notification,
  }
  const answer = await untilAborted(signal, context.post('backchannel_authentication_endpoint', params, { signal }))
  const auth_req_id = await readText(answer, 'auth_req_id')
  const ping = notification === undefined ? undefined : pings?.expect(notification, auth_req_id)
  let waiting: BackchannelWaiting = {
    status: 'pending',
    authReqId: auth_req_id,
    expiresAt: began + readSeconds(answer, 'expires_in', undefined),
    interval: readSeconds(answer, 'interval', 5), // §7.3
  }
  /** Until it is time to ask, or a ping says that there is an answer. */
  async function waitFor(seconds: number): Promise<void> {
    if (ping === undefined) return wait(seconds, signal)
    const over = new AbortController()
    const either = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal])
    await Promise.race([wait(seconds, either), ping.arrived()])
    over.abort()
  }

  try {
    for (;;) {
      yield waiting
      signal?.throwIfAborted()
      await waitFor(waiting.interval)
      signal?.throwIfAborted()
      if (clock() >= waiting.expiresAt) throw expired()
      try {
        const token = await client.exchange(GRANT_TYPE, { resource, params: { auth_req_id }, signal })
        yield { status: 'done', token: token.scope.length === 0 ? { ...token, scope } : token }
        return
      } catch (error) {
        waiting = { ...waiting, interval: waiting.interval + delayAfter(error) } // §11
      }
    }
  } finally {
    ping?.end()
  }
}

type Hints = Omit<BackchannelAuthenticationOptions, 'scope' | 'resource' | 'signal' | 'wait' | 'pings'>

function paramsOf(options: Hints): Record<string, string | undefined> {
  const { loginHint, loginHintToken, idTokenHint, bindingMessage, userCode, acrValues, requestedExpiry } = options
  return {
    ...options.params,
    login_hint: loginHint,
    login_hint_token: loginHintToken,
    id_token_hint: idTokenHint,
    binding_message: bindingMessage,
    user_code: userCode,
    acr_values: acrValues?.join(' '),
    requested_expiry: requestedExpiry?.toString(),
    authorization_details:
      options.authorizationDetails === undefined ? undefined : JSON.stringify(options.authorizationDetails),
  }
}

function expired(): AuthlibError {
  return new AuthlibError('expired_token', 'The person has not answered in time', {
    status: 400,
    hint: 'Begin again.',
  })
}
