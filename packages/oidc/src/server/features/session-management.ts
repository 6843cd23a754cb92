/**
 * Session management: pages of clients learn, without network traffic, that the login at the provider has changed.
 *
 * @spec OpenID Connect Session Management 1.0 §2 §3.2 §3.3
 */

import { noStore, randomToken, serializeCookie, type HttpHeader } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'
import {
  authorizationAnswered,
  on,
  sessionSlot,
  type Authorization,
  type Endpoint,
  type Feature,
  type Server,
} from '@authlib/oauth2/server'
import { loginEnding } from '../log-out.ts'

const LABEL = 'browser_state'

/**
 * Adds `/check_session`, which clients load into a hidden frame, and `session_state` to authorization responses. The state of
 * the browser is a cookie that scripts of that page may read: it says which login it is, and opens nothing. Browsers that
 * block third-party cookies keep it from frames in pages of other sites: these clients are told `changed`, and ask with
 * `prompt=none`. Prefer back-channel logout where you can.
 *
 * The cookie ends with `rpInitiatedLogout`. Where your own page ends a login, send `endBrowserState(server)` along.
 *
 * @example
 * server.register(openId({ claims }), rpInitiatedLogout(), sessionManagement())
 */
export function sessionManagement(): Feature {
  return {
    kind: 'feature',
    name: 'session_management',
    includes: [
      checkSession,
      {
        kind: 'extension',
        name: 'session_management',
        handlers: [
          on(authorizationAnswered, async ({ request, authorization }) => {
            if (!authorization.scope.includes('openid')) return undefined
            const { server, client, redirectUri } = request
            const state = await stateOf(server, authorization)
            const session = { clientId: client.clientId, origin: new URL(redirectUri).origin, state }
            return {
              params: { session_state: await sessionState(session, randomToken(server.random, 16)) }, // §2
              headers: [cookie(server, state)],
            }
          }),
          on(loginEnding, ({ server }) => [endBrowserState(server)]),
        ],
      },
    ],
  }
}

/**
 * The header that tells the frames of clients that no one is logged in any more.
 *
 * @example
 * return redirectResponse('/', [clearSessionCookie, endBrowserState(server)])
 */
export function endBrowserState(server: Server): HttpHeader {
  return cookie(server, '', 0)
}

/** §3.3 */
const checkSession: Endpoint = {
  kind: 'endpoint',
  name: 'check_session',
  path: '/check_session',
  methods: ['GET'],
  cors: false,
  metadata: (server) => ({ check_session_iframe: server.url('check_session') }),
  handle(_http, server) {
    const nonce = randomToken()
    return {
      status: 200,
      // In frames of every site: it shows nothing, and answers with one word
      headers: [
        ['content-type', 'text/html; charset=utf-8'],
        ['content-security-policy', `default-src 'none'; script-src 'nonce-${nonce}'; base-uri 'none'`],
        ['x-content-type-options', 'nosniff'],
        ['referrer-policy', 'no-referrer'],
        ...noStore,
      ],
      body: page(cookieName(server), nonce),
    }
  },
}

interface SessionOfClient {
  readonly clientId: string
  readonly origin: string
  readonly state: string
}

/** A hash that only this client at this origin, in this browser, will find again. §3.2 */
async function sessionState({ clientId, origin, state }: SessionOfClient, salt: string): Promise<string> {
  return `${await sha256Base64url(`${clientId} ${origin} ${state} ${salt}`)}.${salt}`
}

/** One for each login: another login of the same person is a change. */
async function stateOf(server: Server, authorization: Authorization): Promise<string> {
  const { subject, authTime } = authorization
  const login = sessionSlot.read(authorization) ?? JSON.stringify([subject, authTime])
  return server.mac(LABEL).sign(login)
}

function cookie(server: Server, value: string, maxAge?: number): HttpHeader {
  const secure = isHttps(server)
  const sameSite = secure ? 'None' : 'Lax' // frames of other sites read it
  return ['set-cookie', serializeCookie({ name: cookieName(server), value, secure, sameSite, httpOnly: false, maxAge })]
}

function cookieName(server: Server): string {
  return isHttps(server) ? '__Host-authlib_browser_state' : 'authlib_browser_state'
}

function isHttps({ issuer }: Server): boolean {
  return issuer.startsWith('https:')
}

/** `error` only for what is no message of a client: it must not ask again then. §3.1 */
function page(name: string, nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Session</title>
</head>
<body>
<script nonce="${nonce}">
const browserState = () => {
  const found = document.cookie.split('; ').find((one) => one.startsWith('${name}='))
  return found === undefined ? '' : found.slice('${name}='.length)
}
const check = async (data, origin) => {
  const [, clientId, hash, salt] = /^(.+) ([\\w-]+)\\.([\\w-]+)$/.exec(typeof data === 'string' ? data : '') ?? []
  if (salt === undefined || origin === 'null') return 'error'
  const text = new TextEncoder().encode([clientId, origin, browserState(), salt].join(' '))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text))
  const found = btoa(String.fromCharCode(...digest)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  return found === hash ? 'unchanged' : 'changed'
}
addEventListener('message', async ({ data, origin, source }) => {
  if (source === null || source === window) return
  source.postMessage(await check(data, origin).catch(() => 'error'), origin === 'null' ? '*' : origin)
})
</script>
</body>
</html>
`
}
