/**
 * Login on a device without a browser: the person confirms on another one.
 *
 * @spec RFC 8628
 */

import { AuthlibError } from '@authlib/core'
import { untilAborted } from '@authlib/core/kit'
import { readText } from '../connection.ts'
import type { ServerAnswer } from '../extension.ts'
import type { TokenClient } from '../token-client.ts'
import type { Token } from '../token.ts'
import { delayAfter, readSeconds, sleep } from './polling.ts'

/** What the person is shown while nothing has been confirmed. */
export interface DevicePrompt {
  readonly status: 'pending'
  /** What the person types. */
  readonly userCode: string
  readonly verificationUri: string
  /** The same with the code in it, for a QR code. */
  readonly verificationUriComplete?: string | undefined
  /** NumericDate. */
  readonly expiresAt: number
  /** Seconds until the server is asked again. */
  readonly interval: number
}

/** A state of a device authorization. */
export type DeviceStep = DevicePrompt | { readonly status: 'done'; readonly token: Token }

export interface DeviceAuthorizationOptions {
  readonly scope?: readonly string[] | undefined
  /** RFC 8707. */
  readonly resource?: readonly string[] | undefined
  /** Ends the waiting and the requests, with its own reason. */
  readonly signal?: AbortSignal | undefined
  /** Waits that many seconds. Default: a timer. */
  readonly wait?: ((seconds: number, signal?: AbortSignal) => Promise<void>) | undefined
}

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:device_code'

/**
 * Yields what to show, at first and after each time the server was asked, and at last the token.
 *
 * @throws AuthlibError `access_denied`, `expired_token`, `missing_endpoint`; the reason of `signal`
 * @example
 * for await (const step of deviceAuthorization(client, { scope: ['read'] })) {
 *   if (step.status === 'pending') show(step.verificationUri, step.userCode)
 *   else await apiSession(client, 'me').save(step.token)
 * }
 */
export async function* deviceAuthorization(
  client: TokenClient,
  { scope = [], resource, signal, wait = sleep }: DeviceAuthorizationOptions = {},
): AsyncGenerator<DeviceStep, void> {
  const { context } = client
  const { clientId, clock } = context
  const began = clock()
  const params = { client_id: clientId, scope: scope.length === 0 ? undefined : scope.join(' '), resource }
  const answer = await untilAborted(signal, context.post('device_authorization_endpoint', params, { signal }))
  const device_code = await readText(answer, 'device_code')
  let prompt = await readPrompt(answer, began)
  for (;;) {
    yield prompt
    signal?.throwIfAborted()
    await wait(prompt.interval, signal)
    signal?.throwIfAborted()
    if (clock() >= prompt.expiresAt) throw expired()
    try {
      const token = await client.exchange(GRANT_TYPE, { scope: [], resource, params: { device_code }, signal })
      yield { status: 'done', token: token.scope.length === 0 ? { ...token, scope } : token }
      return
    } catch (error) {
      prompt = { ...prompt, interval: prompt.interval + delayAfter(error) }
    }
  }
}

async function readPrompt(answer: ServerAnswer, now: number): Promise<DevicePrompt> {
  const complete = answer.members?.['verification_uri_complete']
  return {
    status: 'pending',
    userCode: await readText(answer, 'user_code'),
    verificationUri: await readText(answer, 'verification_uri'),
    ...(typeof complete === 'string' && { verificationUriComplete: complete }),
    expiresAt: now + readSeconds(answer, 'expires_in', undefined),
    interval: readSeconds(answer, 'interval', 5), // §3.2
  }
}

function expired(): AuthlibError {
  return new AuthlibError('expired_token', 'The device code has expired', {
    status: 400,
    hint: 'Begin again: the person gets a new code.',
  })
}
