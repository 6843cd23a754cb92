/** Login and consent on pages of your own, reached by redirect with a sealed, stateless handle. */

import {
  readForm,
  readQuery,
  redirectResponse,
  type Awaitable,
  type HttpHeader,
  type HttpRequest,
  type HttpResponse,
} from '@authlib/core'
import { addQuery } from '@authlib/core/kit'
import { invalidRequest, invalidScope, OAuth2Error } from '../../errors.ts'
import { coversScope } from '../../scope.ts'
import { answeredAt, AuthorizationError } from '../authorization-error.ts'
import type { ConsentItem, Interaction, Login, PendingInteraction } from '../contract/interaction.ts'
import type { InteractionRequest } from '../contract/requests.ts'
import type { Server } from '../contract/server.ts'
import { rememberConsent, rememberedConsent } from '../records/consent.ts'
import { whatToAsk, type Questions } from './ask.ts'
import { bindBrowser, openJourney, sealJourney, type Journey } from './handle.ts'

export interface RedirectInteractionOptions {
  /** Your login page. It is opened with the handle in the query, as `interaction`. */
  readonly login: PageUrl
  /** Your consent page, opened alike. */
  readonly consent: PageUrl
  /** Who is logged in already, by your own session; null for nobody. */
  readonly session?: (http: HttpRequest, server: Server) => Awaitable<Login | null>
  /** Ends that session, for logout features. The headers go with their answer, such as the removal of your cookie. */
  readonly endSession?: (http: HttpRequest, server: Server) => Awaitable<readonly HttpHeader[]>
}

/** A URL or path, or what makes one for each of several servers that share their registrations. */
export type PageUrl = string | ((server: Server) => string)

/**
 * Sends people to login and consent pages of your own.
 *
 * @example
 * server.register(redirectInteraction({ login: '/login', consent: '/consent', session }))
 * // on the pages: const interaction = await server.interaction.resume(request)
 */
export function redirectInteraction({
  login,
  consent,
  session = () => null,
  endSession = () => [],
}: RedirectInteractionOptions): Interaction {
  async function next(request: InteractionRequest, http: HttpRequest, who: Who): Promise<HttpResponse> {
    const { server } = request
    const questions = await ask(request, who)
    if (questions.reasons.length === 0 && who.login) return server.requests.answer(request, who.login)
    const { binding, headers } = bindBrowser(server, http)
    const interaction = await sealJourney(server, journeyOf(request, who), binding)
    if (interaction.length > LONGEST) throw invalidRequest('the request is too long')
    const page = questions.login ? login : consent
    return redirectResponse(addQuery(typeof page === 'string' ? page : page(server), { interaction }), headers)
  }

  async function approve(
    { request, http, journey, questions }: Visit,
    { scope, items, remember }: Approved,
  ): Promise<HttpResponse> {
    const { server, client } = request
    const { login: by } = journey
    if (!by || questions.login) return next(request, http, journey) // consent without login: back to it
    if (!coversScope(request.scope, scope)) throw invalidScope('scope was approved that was not asked for')
    const granted = request.scope.filter((word) => scope.includes(word) || !questions.scope.includes(word))
    const known = server.requests.consents(request).filter((item) => !isAmong(item, questions.items))
    const approved = [...known, ...items]
    const response = await server.requests.answer(request, { ...by, scope: granted, items: approved })
    if (remember) {
      const keys = approved.flatMap(({ key }) => (key === undefined ? [] : [key]))
      await rememberConsent(server, { subject: by.subject, clientId: client.clientId, scope: granted, items: keys })
    }
    return response
  }

  return {
    kind: 'interaction',
    name: 'redirect',

    async begin(request, http) {
      return next(request, http, { login: await session(http, request.server), before: true })
    },

    async resume(http, server): Promise<PendingInteraction> {
      const handle = (http.method === 'POST' ? await readForm(http) : readQuery(http)).get('interaction')
      const journey = await openForPage(server, handle, http)
      const request = await server.requests.resume(journey)
      const questions = await answeredAt(request, () => ask(request, journey))
      const { reasons, scope, items } = questions
      const visit = { request, http, journey, questions }
      return {
        request,
        client: request.client,
        login: journey.login,
        reasons,
        scope,
        items,
        handle: handle ?? '',
        loggedIn: (by) => answered(request, () => next(request, http, { login: by, before: false })),
        approve: (approved) => answered(request, () => approve(visit, { scope, items, remember: true, ...approved })),
        deny: () => answered(request, () => server.requests.answer(request, { denied: true })),
      }
    },

    currentLogin: session,
    endLogin: endSession,
  }
}

/** A page that is shown or posted. */
interface Visit {
  readonly request: InteractionRequest
  readonly http: HttpRequest
  readonly journey: Journey
  readonly questions: Questions
}

interface Approved {
  readonly scope: readonly string[]
  readonly items: readonly ConsentItem[]
  readonly remember: boolean
}

/** Most characters of a handle. It travels in a URL, and many servers take no more than 8 kB of that. */
const LONGEST = 7000

/** The login, and whether it was there before the request came. */
type Who = Pick<Journey, 'login' | 'before'>

async function ask(request: InteractionRequest, { login, before }: Who): Promise<Questions> {
  const { server, client } = request
  const known = login ? await rememberedConsent(server, login.subject, client.clientId) : null
  const remembered = { remembered: known?.scope ?? null, rememberedItems: known?.items }
  return whatToAsk(request, { login, before, approved: null, ...remembered }, server.clock())
}

function isAmong(item: ConsentItem, items: readonly ConsentItem[]): boolean {
  const text = JSON.stringify(item)
  return items.some((other) => JSON.stringify(other) === text)
}

function journeyOf(request: InteractionRequest, { login, before }: Who): Journey {
  const { client, via, params, authorizationId, receivedAt, changes } = request
  const grantType = request.kind === 'backchannel' ? request.grantType : undefined
  return { grantType, clientId: client.clientId, via, params, authorizationId, receivedAt, changes, login, before }
}

/** Errors of the handle concern the person, not the client: they are shown as a page. */
async function openForPage(server: Server, handle: string | undefined, http: HttpRequest): Promise<Journey> {
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
