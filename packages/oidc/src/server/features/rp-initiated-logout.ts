/**
 * Logout that a client asks for: the person is asked, the session ends, and the browser goes back to the client.
 *
 * @spec OpenID Connect RP-Initiated Logout 1.0
 */

import {
  escapeHtml,
  htmlResponse,
  pageHead,
  pageResponse,
  randomToken,
  readForm,
  readQuery,
  redirectResponse,
  type HttpHeader,
  type HttpRequest,
  type HttpResponse,
  type Params,
} from '@authlib/core'
import { addQuery, refuseUnknownOptions } from '@authlib/core/kit'
import { decodeUnverifiedJwt, idTokenPolicy, JoseError, verifyJwt } from '@authlib/jose'
import { invalidRequest } from '@authlib/oauth2'
import { AuthorizationError, type Client, type Endpoint, type Login, type Server } from '@authlib/oauth2/server'
import type { IdTokenClaims } from '../../claims.ts'
import { logOut, loginEnding, replacedSession } from '../log-out.ts'
import { subjectOf } from '../moments.ts'
import { hintKeys } from '../signing.ts'

export interface RpInitiatedLogoutOptions {
  /**
   * Whether the person is asked. `unless-hinted`: not when the client sends an ID Token of the session that ends (§2).
   * Default `unless-hinted`.
   */
  readonly confirm?: 'always' | 'unless-hinted' | undefined
}

/** The request, checked. */
interface LogoutRequest {
  readonly client: Client | null
  /** Where to go afterwards. */
  readonly target: string | null
  /** The subject of the ID Token that was sent. */
  readonly hinted: IdTokenClaims | null
  readonly params: Params
}

/**
 * Adds `/end_session`. It ends the login of your interaction (`endSession` of `redirectInteraction`), tells the clients of the
 * session, and returns to a `post_logout_redirect_uri` that the client has registered.
 *
 * @example
 * server.register(openId({ claims }), rpInitiatedLogout())
 */
export function rpInitiatedLogout({ confirm = 'unless-hinted', ...others }: RpInitiatedLogoutOptions = {}): Endpoint {
  refuseUnknownOptions('rpInitiatedLogout', others)
  return {
    kind: 'endpoint',
    name: 'end_session',
    path: '/end_session',
    methods: ['GET', 'POST'],
    cors: false,
    settings: { confirm },
    includes: [replacedSession],
    async handle(http, server) {
      const request = await readRequest(http, server)
      const login = await server.interaction.currentLogin(http)
      if (!login) return leave(request)
      const decision = request.params.get('decision')
      const asked = await isOurForm(server, login, request.params)
      if (asked && decision === 'stay') return stayed()
      const skip = confirm === 'unless-hinted' && (await isHintOf(server, request, login))
      if (!skip && !(asked && decision === 'log_out')) return ask(server, login, request)
      return end(http, server, login, request)
    },
  }
}

/** @throws AuthorizationError, shown as a page: nothing is sent to a URI that is not registered. §4 */
async function readRequest(http: HttpRequest, server: Server): Promise<LogoutRequest> {
  const params = http.method === 'POST' ? await readForm(http) : readQuery(http)
  if (params.repeated.length > 0) throw refused('a parameter is repeated')
  const hinted = await readHint(params.get('id_token_hint'), server)
  const audience = hinted && (typeof hinted.aud === 'string' ? hinted.aud : hinted.aud[0])
  const clientId = params.get('client_id') ?? audience ?? undefined
  if (audience !== null && clientId !== audience) throw refused('client_id is not that of id_token_hint') // §2
  const client = clientId === undefined ? null : await server.clients.find(clientId)
  const uri = params.get('post_logout_redirect_uri')
  if (uri === undefined) return { client, target: null, hinted, params }
  const registered = client?.metadata['post_logout_redirect_uris']
  if (!Array.isArray(registered) || !registered.includes(uri))
    throw refused('post_logout_redirect_uri is not registered') // §3
  const state = params.get('state')
  return { client, target: state === undefined ? uri : addQuery(uri, { state }), hinted, params }
}

/** Our own ID Token, perhaps expired. §2 @throws AuthorizationError */
async function readHint(hint: string | undefined, server: Server): Promise<IdTokenClaims | null> {
  if (hint === undefined) return null
  try {
    const { aud } = decodeUnverifiedJwt(hint).claims
    const clientId = (typeof aud === 'string' ? aud : aud?.[0]) ?? ''
    const { keys, algorithms } = await hintKeys(server, await server.clients.find(clientId), hint)
    const policy = {
      ...idTokenPolicy({ issuer: server.issuer, clientId, algorithms }),
      typOptional: false,
      clock: server.clock,
      leeway: Number.MAX_SAFE_INTEGER,
    }
    return (await verifyJwt<IdTokenClaims>(hint, keys, policy)).claims
  } catch (error) {
    if (error instanceof JoseError || error instanceof TypeError)
      throw refused('id_token_hint is not an ID Token of this server', error)
    throw error
  }
}

/** The ID Token belongs to the session that would end: only its client could send it. */
async function isHintOf(server: Server, { client, hinted }: LogoutRequest, login: Login): Promise<boolean> {
  if (!hinted || !client) return false
  if (hinted.sid !== undefined && hinted.sid !== login.sessionId) return false
  return (await subjectOf({ server, client, sub: hinted.sub })) === login.subject
}

async function end(http: HttpRequest, server: Server, login: Login, request: LogoutRequest): Promise<HttpResponse> {
  const { subject, sessionId } = login
  let headers: readonly HttpHeader[] = []
  const endLogin = async (): Promise<void> => {
    const ended = await server.interaction.endLogin(http)
    const told: HttpHeader[] = []
    for (const tell of server.handlers(loginEnding)) told.push(...((await tell({ server })) ?? []))
    headers = [...ended, ...told]
  }
  const frames = sessionId === undefined ? [] : await logOut(server, { sessionId, subject }, endLogin)
  if (sessionId === undefined) await endLogin()
  return frames.length > 0 ? framesPage(frames, request.target, headers) : leave(request, headers)
}

function leave({ target }: LogoutRequest, headers: readonly HttpHeader[] = []): HttpResponse {
  if (target !== null) return redirectResponse(target, headers)
  const page = pageResponse(200, { title: 'You are logged out', body: '<p>You can close this page.</p>' })
  return { ...page, headers: [...page.headers, ...headers] }
}

function stayed(): HttpResponse {
  return pageResponse(200, { title: 'You are still logged in', body: '<p>You can close this page.</p>' })
}

/** A page of this server alone can post the answer: another site cannot know the value of `confirm`. */
async function ask(server: Server, login: Login, { client, params }: LogoutRequest): Promise<HttpResponse> {
  const fields = {
    confirm: await server.mac(LABEL).sign(formOf(login)),
    client_id: client?.clientId,
    post_logout_redirect_uri: params.get('post_logout_redirect_uri'),
    state: params.get('state'),
  }
  const hidden = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`<input type="hidden" name="${name}" value="${escapeHtml(value)}">`],
  )
  const who = client ? `<p>${escapeHtml(client.clientName ?? client.clientId)} asks you to log out.</p>` : ''
  const body = `${who}
<p>Do you want to log out of <strong>${escapeHtml(new URL(server.issuer).host)}</strong>, and of the applications that you opened with it?</p>
<form method="post" action="${escapeHtml(server.url('end_session'))}">
${hidden.join('\n')}
<div class="actions"><button name="decision" value="log_out">Log out</button><button class="quiet" name="decision" value="stay">Stay logged in</button></div>
</form>`
  return pageResponse(200, { title: 'Log out?', body }, 'any') // it ends in a redirect to the client
}

const LABEL = 'end_session'

async function isOurForm(server: Server, login: Login, params: Params): Promise<boolean> {
  const sent = params.get('confirm')
  return sent !== undefined && (await server.mac(LABEL).verify(formOf(login), sent))
}

function formOf({ subject, authTime, sessionId = '' }: Login): string {
  return JSON.stringify([subject, authTime, sessionId])
}

/** Opens the pages of the clients, then goes on. Without scripts the person follows the link. */
function framesPage(frames: readonly string[], target: string | null, headers: readonly HttpHeader[]): HttpResponse {
  const scriptNonce = randomToken()
  const next = target === null ? '' : `<p><a id="next" href="${escapeHtml(target)}">Continue</a></p>`
  const html = `${pageHead('You are logged out')}
<body>
<h1>You are logged out</h1>
${next}
${frames.map((url) => `<iframe hidden title="logout" src="${escapeHtml(url)}"></iframe>`).join('\n')}
<script nonce="${scriptNonce}">
const go = () => document.getElementById('next')?.click()
addEventListener('load', go)
setTimeout(go, 5000)
</script>
</body>
</html>
`
  return htmlResponse(200, html, { scriptNonce, frames, headers })
}

function refused(description: string, cause?: unknown): AuthorizationError {
  return new AuthorizationError(invalidRequest(description, { cause }), null)
}
