/** Login and consent on pages of your own, reached by redirect with a sealed, stateless handle. */

import {
  randomToken,
  readForm,
  readQuery,
  redirectResponse,
  type Awaitable,
  type HttpHeader,
  type HttpRequest,
  type HttpResponse,
} from '@authlib/core'
import { addQuery, refuseUnknownOptions } from '@authlib/core/kit'
import { invalidRequest, OAuth2Error } from '../../errors.ts'
import { answeredAt, atTarget } from '../authorization-error.ts'
import type { Interaction, Login, PendingInteraction } from '../contract/interaction.ts'
import type { InteractionRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { rememberConsent, rememberedConsent, type RememberedConsent } from '../records/consent.ts'
import { whatWasApproved, type Approved } from './approval.ts'
import { whatToAsk, type Questions } from './ask.ts'
import { bindBrowser, openJourney, sealJourney, type Journey, type Stage } from './handle.ts'
import { shownOf } from './shown.ts'

export interface RedirectInteractionOptions {
  /** Your login page. It is opened with the handle in the query, as `interaction`. */
  readonly login: PageUrl
  /** Your consent page, opened alike. */
  readonly consent: PageUrl
  /**
   * Who is logged in already, by your own session; null for no one. When it is given, consent counts only while the person
   * who logged in still is: start the session with the answer of `loggedIn`.
   */
  readonly session?: ((http: HttpRequest, server: Server) => Awaitable<Login | null>) | undefined
  /** Ends that session, for logout features. The headers go with their answer, such as the removal of your cookie. */
  readonly endSession?: ((http: HttpRequest, server: Server) => Awaitable<readonly HttpHeader[]>) | undefined
}

/** A URL or path, or what makes one for each of several servers that share their registrations. */
export type PageUrl = string | ((server: Server) => string)

const OPTIONS: Readonly<Record<keyof RedirectInteractionOptions, true>> = {
  login: true,
  consent: true,
  session: true,
  endSession: true,
}

/**
 * Sends people to login and consent pages of your own.
 *
 * @example
 * server.register(redirectInteraction({ login: '/login', consent: '/consent', session }))
 * // on the pages: const interaction = await server.interaction.resume(request)
 */
export function redirectInteraction(options: RedirectInteractionOptions): Interaction {
  refuseUnknownOptions('redirectInteraction', options, OPTIONS)
  const { login, consent, session, endSession } = options
  for (const [name, page] of Object.entries({ login, consent }))
    if (!['string', 'function'].includes(typeof page))
      throw new TypeError(`${name} of redirectInteraction must be a URL or path`)
  return {
    kind: 'interaction',
    name: 'redirect',
    async begin(request, http) {
      const login = (await session?.(http, request.server)) ?? null
      return next(options, request, http, { login, before: true })
    },
    resume: (http, server) => resume(options, http, server),
    ...(session && { currentLogin: session }),
    ...(endSession && { endLogin: endSession }),
  }
}

/** The login, and whether it was there before the request came. */
type Who = Pick<Stage, 'login' | 'before'>

/** A page that is shown or posted. */
interface Visit extends Asked {
  readonly request: InteractionRequest
  readonly http: HttpRequest
  readonly stage: Stage
}

interface Asked {
  readonly questions: Questions
  /** What was approved before; null for nothing. */
  readonly known: RememberedConsent | null
}

/** On to the page that is needed, or back to the client when nothing is left to ask. */
async function next(
  options: RedirectInteractionOptions,
  request: InteractionRequest,
  http: HttpRequest,
  { login, before }: Who,
): Promise<HttpResponse> {
  const { server } = request
  const { questions } = await ask(request, { login, before })
  if (questions.reasons.length === 0 && login) return server.requests.answer(request, login)
  const { binding, headers } = bindBrowser(server, http)
  const shown = questions.login ? null : await shownOf(questions)
  const interaction = await sealJourney(request, { login, before, shown }, binding)
  const page = questions.login ? options.login : options.consent
  return redirectResponse(addQuery(typeof page === 'string' ? page : page(server), { interaction }), headers)
}

async function resume(
  options: RedirectInteractionOptions,
  http: HttpRequest,
  server: Server,
): Promise<PendingInteraction> {
  const sent = (http.method === 'POST' ? await readForm(http) : readQuery(http)).get('interaction')
  const opened = await atTarget(null, () => openJourney(server, sent, http)) // of concern to the person, not to the client
  let request = await server.requests.resume(opened)
  let stage: Stage = opened
  let handle = sent ?? ''
  if (opened.until <= server.clock()) {
    request = await renewed(request, opened)
    stage = { login: null, before: false, shown: null }
    handle = await sealJourney(request, stage, bindBrowser(server, http).binding)
  }
  const asked = await answeredAt(request, () => ask(request, stage))
  const { reasons, scope, items } = asked.questions
  return {
    request,
    client: request.client,
    login: stage.login,
    reasons,
    scope,
    items,
    handle,
    loggedIn: (login) => answered(request, () => next(options, request, http, { login, before: false })),
    approve: (approved = {}) => answered(request, () => approve(options, { request, http, stage, ...asked }, approved)),
    deny: () => answered(request, () => server.requests.answer(request, { denied: true })),
  }
}

/** A page that was left open over night begins again, with a new login. @throws AuthorizationError */
function renewed(request: InteractionRequest, opened: Journey): Promise<InteractionRequest> {
  return answeredAt(request, () => {
    const { server, kind, changes } = request
    const used = [changes.expect, changes.put, changes.remove].some((list) => (list?.length ?? 0) > 0)
    // What stands for one authorization alone cannot begin again: a pushed request, a request of a device.
    if (used || kind === 'backchannel') throw invalidRequest('the request has expired')
    const fresh = { authorizationId: randomToken(server.random, 16), receivedAt: server.clock() }
    return server.requests.resume({ ...opened, ...fresh })
  })
}

async function approve(
  options: RedirectInteractionOptions,
  { request, http, stage, questions, known }: Visit,
  answer: Approved,
): Promise<HttpResponse> {
  const { server, client } = request
  const { login, shown } = stage
  const present = options.session ? await options.session(http, server) : login
  if (!login || present?.subject !== login.subject) {
    const left = login !== null && present === null && request.kind === 'authorization'
    if (left) throw new OAuth2Error('login_required', 'the session has ended')
    return next(options, request, http, { login: present, before: true }) // the person who is logged in now is asked
  }
  const approved = await whatWasApproved(request, { questions, shown, answer })
  const by = present.sessionId === login.sessionId ? { ...login, checkedAt: present.checkedAt } : login
  if (questions.login || approved === null) return next(options, request, http, { ...stage, login: by })
  const { scope, items } = approved
  const response = await server.requests.answer(request, { ...by, scope, items })
  if (answer.remember ?? true) {
    const keys = items.flatMap(({ key }) => key ?? [])
    await rememberConsent(server, { subject: by.subject, clientId: client.clientId, scope, items: keys, known })
  }
  return response
}

async function ask(request: InteractionRequest, { login, before }: Who): Promise<Asked> {
  const { server, client } = request
  const known = login && (await rememberedConsent(server, login.subject, client.clientId))
  const remembered = { remembered: known?.scope ?? null, rememberedItems: known?.items }
  const questions = whatToAsk(request, { login, before, approved: null, ...remembered }, server.clock())
  return { questions, known }
}

async function answered(request: InteractionRequest, step: () => Promise<HttpResponse>): Promise<HttpResponse> {
  try {
    return await answeredAt(request, step)
  } catch (error) {
    return request.server.respond(error)
  }
}
