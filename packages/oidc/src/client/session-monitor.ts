/**
 * Watches in a page whether the person is still logged in at the provider.
 *
 * @spec OpenID Connect Session Management 1.0 §3.1
 */

import { assertSeconds, refuseUnknownOptions } from '@authlib/core/kit'

/** Options of {@link monitorSession}. */
export interface SessionMonitorOptions {
  /** `check_session_iframe` of the metadata of the provider. */
  readonly checkSessionIframe: string
  readonly clientId: string
  /** `session_state` of the callback: `callback.get('session_state')` of the result of the login. */
  readonly sessionState: string
  /** Seconds between two questions. Default 2. */
  readonly interval?: number | undefined
  /**
   * Called once, when the login at the provider is another one or has ended; the watching ends. A login with `prompt=none` and
   * `id_token_hint` then tells which.
   */
  readonly onChange: () => void
  /** Called once, when the provider does not understand the question; the watching ends. Default: nothing is called. */
  readonly onError?: (() => void) | undefined
}

/** The parts of a page that are used here: the package is built without the types of the DOM. */
interface PageDocument {
  readonly body: { append(element: Frame): void }
  createElement(name: 'iframe'): Frame
}

interface Frame {
  id: string
  hidden: boolean
  title: string
  src: string
  readonly contentWindow: { postMessage(message: string, origin: string): void } | null
  addEventListener(type: 'load', listener: () => void): void
  remove(): void
}

/**
 * Asks a frame of the provider again and again, without any request over the network. For pages in a browser. Browsers that keep
 * the cookies of other sites from frames report a change at once: there, use back-channel logout.
 *
 * @example
 * const monitor = monitorSession({ checkSessionIframe, clientId: 'my-app', sessionState, onChange: () => location.assign('/login') })
 * addEventListener('pagehide', () => monitor.stop())
 */
export function monitorSession({
  checkSessionIframe,
  clientId,
  sessionState,
  interval = 2,
  onChange,
  onError,
  ...others
}: SessionMonitorOptions): { /** Ends the watching. */ stop(): void } {
  refuseUnknownOptions('monitorSession', others)
  assertSeconds({ interval }, 0)
  const { origin } = new URL(checkSessionIframe)
  const { document } = globalThis as unknown as { readonly document: PageDocument } // sound: this runs in a page
  const frame = document.createElement('iframe')
  let timer: ReturnType<typeof setInterval> | undefined

  const ask = (): void => frame.contentWindow?.postMessage(`${clientId} ${sessionState}`, origin)

  function hear({ data, source, origin: from }: MessageEvent<unknown>): void {
    if ((source as unknown) !== frame.contentWindow || from !== origin || data === 'unchanged') return // §3.1: its origin is verified
    stop()
    if (data === 'changed') onChange()
    else onError?.()
  }

  function stop(): void {
    clearInterval(timer)
    removeEventListener('message', hear)
    frame.remove()
  }

  addEventListener('message', hear)
  frame.id = 'session-at-the-provider' // §3.2
  frame.hidden = true
  frame.title = 'Session at the provider'
  frame.addEventListener('load', () => {
    ask()
    timer = setInterval(ask, interval * 1000)
  })
  frame.src = checkSessionIframe
  document.body.append(frame)
  return { stop }
}
