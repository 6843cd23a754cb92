/**
 * Logins of a single-page application: a public client, by redirect or in a window of its own.
 *
 * @spec RFC 9700 §2.1
 */

import { AuthlibError, readQuery, type JsonObject, type LoginClient } from '@authlib/core'
import { untilAborted } from '@authlib/core/kit'
import { apiSession } from '../api-session.ts'
import type { AuthorizationOptions, OAuth2Login } from '../login.ts'
import type { TokenClient } from '../token-client.ts'
import type { Token } from '../token.ts'
import { pendingLogins } from './pending-logins.ts'

export interface BrowserLoginOptions {
  /** A page of the application, as registered at the provider. It calls `resume`. */
  readonly redirectUri: string
  /** The account that the token is kept under: `apiSession(client, 'me')` calls the API. Default `me`. */
  readonly account?: string | undefined
}

/** What one login asks for beyond the client. */
export type BrowserLoginRequest<Options extends AuthorizationOptions> = Omit<Options, 'redirectUri'> & {
  /** Comes back with the result, such as where the person was. */
  readonly data?: JsonObject | undefined
}

/** Logins of one client in the browser. */
export interface BrowserLogin<Options extends AuthorizationOptions, Result extends object> {
  /** Sends this tab to the provider. Then `resume` has the result, after the page was loaded again. */
  redirect(request?: BrowserLoginRequest<Options>): Promise<void>
  /**
   * Logs in in a window of its own. Call it in a click, before anything is awaited: browsers block windows that open by
   * themselves. Nothing tells when a person closes the window, since providers cut the tie between windows: offer a way to
   * cancel, and abort the signal then.
   *
   * @throws AuthlibError `popup_blocked`, `login_expired` after ten minutes, and what `finishAuthorization` throws
   */
  popup(
    request?: BrowserLoginRequest<Options> & { readonly signal?: AbortSignal | undefined },
  ): Promise<Result & { readonly data: JsonObject }>
  /**
   * Call it whenever the page loads. Ends the login that came back to this page, and takes its code out of the address; null
   * when there is none. In a window of `popup` it hands the answer to the page that opened it, and closes.
   *
   * @throws AuthlibError `mismatching_state`, and what `finishAuthorization` throws
   */
  resume(): Promise<(Result & { readonly data: JsonObject }) | null>
}

/** The part of a window that is used here. */
interface Page {
  readonly location: { readonly href: string; assign(url: string): void }
  readonly history: { replaceState(data: unknown, unused: string, url: string): void }
  open(url: string, target: string, features: string): { location: { href: string }; close(): void } | null
  close(): void
}

const page = globalThis as unknown as Page // sound in the pages of a browser, which this file is for

/** Seconds that a window has for a login. */
const LIFETIME = 600
/** Milliseconds that the page which opened a window has to take its answer. */
const PATIENCE = 2000

/**
 * The client of the login keeps its token in `tokens`, which `apiSession(client, account)` uses.
 *
 * @example
 * const login = browserLogin(client, { redirectUri: `${location.origin}/callback` })
 * const result = await login.resume()
 * button.onclick = () => login.redirect({ data: { returnTo: location.pathname } })
 */
export function browserLogin<Options extends AuthorizationOptions, Result extends { readonly token: Token }>(
  client: LoginClient<Options, OAuth2Login, Result> & TokenClient,
  { redirectUri, account = 'me' }: BrowserLoginOptions,
): BrowserLogin<Options, Result> {
  const pending = pendingLogins(LIFETIME, client.context.clock)

  async function start(request: BrowserLoginRequest<Options>): Promise<{ url: string; id: string; kept: Kept }> {
    const { data = {}, ...options } = request
    // sound: `data` is no member of Options, and the redirect URI is added
    const { url, id, login } = await client.createAuthorization({ ...options, redirectUri } as unknown as Options)
    return { url, id, kept: { login, data } }
  }

  async function finish(callback: string, { login, data }: Kept): Promise<Result & { readonly data: JsonObject }> {
    const result = await client.finishAuthorization(readQuery({ url: callback }), login)
    await apiSession(client, account).save(result.token)
    return { ...result, data }
  }

  return {
    async redirect(request = {} as BrowserLoginRequest<Options>) {
      const { url, id, kept } = await start(request)
      pending.keep(id, kept)
      page.location.assign(url)
    },

    async popup({ signal, ...request } = {} as BrowserLoginRequest<Options>) {
      const opened = page.open('about:blank', '_blank', 'popup,width=480,height=720') // at once: in the click
      if (opened === null) {
        throw new AuthlibError('popup_blocked', 'The browser has blocked the window of the login', {
          hint: 'Call `popup` in a click, before anything is awaited, or use `redirect`.',
        })
      }
      try {
        const { url, id, kept } = await start(request as unknown as BrowserLoginRequest<Options>) // without `signal`
        const answer = receive(id, signal)
        opened.location.href = url
        return await finish(await answer, kept)
      } finally {
        opened.close()
      }
    },

    async resume() {
      const { href } = page.location
      const [address = ''] = href.split('#')
      if (address.split('?')[0] !== redirectUri.split('?')[0]) return null
      const id = await client.loginId(readQuery({ url: address }))
      if (id === undefined) return null
      const kept = pending.take(id)
      if (kept === null) return handOver(id, address)
      page.history.replaceState(null, '', redirectUri) // a reload must not repeat it, and a code is nothing to bookmark
      return finish(address, kept)
    },
  }
}

/** What a login needs when it comes back. */
interface Kept {
  readonly login: OAuth2Login
  readonly data: JsonObject
}

const channelOf = (id: string): BroadcastChannel => new BroadcastChannel(`authlib login ${id}`)

/** The callback that a window of the same origin received. */
function receive(id: string, signal: AbortSignal | undefined): Promise<string> {
  const channel = channelOf(id)
  let expired: ReturnType<typeof setTimeout> | undefined
  const answer = new Promise<string>((resolve, reject) => {
    expired = setTimeout(() => {
      reject(new AuthlibError('login_expired', 'The login took too long', { status: 400 }))
    }, LIFETIME * 1000)
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data !== 'object' || data === null || !('callback' in data)) return
      channel.postMessage('taken')
      resolve(String(data.callback))
    }
  })
  return untilAborted(signal, answer).finally(() => {
    clearTimeout(expired)
    channel.close()
  })
}

/** From a window of `popup` to the page that waits for it. Resolves if the window cannot be closed. */
async function handOver(id: string, callback: string): Promise<null> {
  const channel = channelOf(id)
  const taken = await new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), PATIENCE)
    channel.onmessage = () => resolve(true)
    channel.postMessage({ callback })
  })
  channel.close()
  if (!taken) {
    throw new AuthlibError('mismatching_state', 'No login of this tab matches this callback', {
      status: 400,
      hint: 'The page was opened by hand or loaded again, or the login began in another tab. Offer to log in again.',
    })
  }
  page.close()
  await new Promise((resolve) => setTimeout(resolve, PATIENCE))
  return null
}
