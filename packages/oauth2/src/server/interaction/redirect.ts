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
import { answeredAt, AuthorizationError } from '../authorization-error.ts'
import type { Interaction, Login, PendingInteraction } from '../contract/interaction.ts'
import type { InteractionRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { rememberConsent, rememberedConsent, type RememberedConsent } from '../records/consent.ts'
import { whatWasApproved, type Approved } from './approval.ts'
import { whatToAsk, type Questions } from './ask.ts'
import { bindBrowser, openJourney, sealJourney, type Journey } from './handle.ts'
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
type Who = Pick<Journey, 'login' | 'before'>

/** A page that is shown or posted. */
interface Visit {
  readonly request: InteractionRequest
  readonly http: HttpRequest
  readonly journey: Journey
  readonly asked: Asked
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
  who: Who,
): Promise<HttpResponse> {
  const { server } = request
  const { questions } = await ask(request, who)
  if (questions.reasons.length === 0 && who.login) return server.requests.answer(request, who.login)
  const { binding, headers } = bindBrowser(server, http)
  const shown = questions.login ? null : await shownOf(questions)
  const interaction = await sealJourney(server, journeyOf(request, who, shown), binding)
  const page = questions.login ? options.login : options.consent
  return redirectResponse(addQuery(typeof page === 'string' ? page : page(server), { interaction }), headers)
}

async function resume(
  options: RedirectInteractionOptions,
  http: HttpRequest,
  server: Server,
): Promise<PendingInteraction> {
  const sent = (http.method === 'POST' ? await readForm(http) : readQuery(http)).get('interaction')
  const opened = await openForPage(server, sent, http)
  const request = await server.requests.resume(opened)
  const journey = opened.expired ? await renewed(request) : opened
  const current = journey === opened ? request : await server.requests.resume(journey)
  const asked = await answeredAt(current, () => ask(current, journey))
  const { questions } = asked
  const visit = { request: current, http, journey, asked }
  return {
    request: current,
    client: current.client,
    login: journey.login,
    reasons: questions.reasons,
    scope: questions.scope,
    items: questions.items,
    handle: journey === opened ? (sent ?? '') : await sealJourney(server, journey, bindBrowser(server, http).binding),
    loggedIn: (by) => answered(current, () => next(options, current, http, { login: by, before: false })),
    approve: (approved) => answered(current, () => approve(options, visit, approved ?? {})),
    deny: () => answered(current, () => server.requests.answer(current, { denied: true })),
  }
}

/** A page that was left open over night begins again, with a new login. @throws AuthorizationError */
function renewed(request: InteractionRequest): Promise<Journey> {
  return answeredAt(request, () => {
    const { server, changes } = request
    const used = [changes.expect, changes.put, changes.remove].some((list) => list !== undefined && list.length > 0)
    // What stands for one authorization alone cannot begin again: a pushed request, a request of a device.
    if (used || request.kind === 'backchannel') throw invalidRequest('the request has expired')
    const fresh = { authorizationId: randomToken(server.random, 16), receivedAt: server.clock() }
    return { ...journeyOf(request, { login: null, before: false }, null), ...fresh }
  })
}

async function approve(
  options: RedirectInteractionOptions,
  { request, http, journey, asked }: Visit,
  answer: Approved,
): Promise<HttpResponse> {
  const { server, client } = request
  const present = options.session === undefined ? journey.login : await options.session(http, server)
  const by = journey.login && confirmed(journey.login, present)
  if (!by) {
    const left = journey.login !== null && present === null && request.kind === 'authorization'
    if (left) throw new OAuth2Error('login_required', 'the session has ended')
    return next(options, request, http, { login: present, before: true }) // the person who is logged in now is asked
  }
  const { questions, known } = asked
  const approved = await whatWasApproved(request, { questions, shown: journey.shown, answer })
  if (questions.login || approved === null) return next(options, request, http, { ...journey, login: by })
  const { scope, items } = approved
  const response = await server.requests.answer(request, { ...by, scope, items })
  if (answer.remember ?? true) {
    const keys = items.flatMap(({ key }) => (key === undefined ? [] : [key]))
    await rememberConsent(server, { subject: by.subject, clientId: client.clientId, scope, items: keys, known })
  }
  return response
}

/** The login of the journey, if the session of the application says the same person. */
function confirmed(login: Login, present: Login | null): Login | null {
  if (present?.subject !== login.subject) return null
  return present.sessionId === login.sessionId ? { ...login, checkedAt: present.checkedAt } : login
}

async function ask(request: InteractionRequest, { login, before }: Who): Promise<Asked> {
  const { server, client } = request
  const known = login ? await rememberedConsent(server, login.subject, client.clientId) : null
  const remembered = { remembered: known?.scope ?? null, rememberedItems: known?.items }
  const questions = whatToAsk(request, { login, before, approved: null, ...remembered }, server.clock())
  return { questions, known }
}

function journeyOf(request: InteractionRequest, { login, before }: Who, shown: Journey['shown']): Journey {
  const { client, via, params, authorizationId, receivedAt, changes } = request
  const grantType = request.kind === 'backchannel' ? request.grantType : undefined
  return {
    grantType,
    clientId: client.clientId,
    via,
    params,
    authorizationId,
    receivedAt,
    changes,
    login,
    before,
    shown,
  }
}

/** Errors of the handle concern the person, not the client: they are shown as a page. */
async function openForPage(
  server: Server,
  handle: string | undefined,
  http: HttpRequest,
): ReturnType<typeof openJourney> {
  try {
    return await openJourney(server, handle, http)
  } catch (error) {
    throw error instanceof OAuth2Error ? new AuthorizationError(error, null) : error
  }
}

async function answered(request: InteractionRequest, step: () => Promise<HttpResponse>): Promise<HttpResponse> {
  try {
    return await answeredAt(request, step)
  } catch (error) {
    return request.server.respond(error)
  }
}
