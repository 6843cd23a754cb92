/** Login and consent on pages of your own, reached by redirect with a sealed, stateless handle. */

import {
  readForm,
  readQuery,
  redirectResponse,
  type Awaitable,
  type HttpRequest,
  type HttpResponse,
} from '@authlib/core'
import { addQuery } from '@authlib/core/kit'
import { AuthorizationError } from '../authorization-error.ts'
import { atTarget } from '../kernel/authorization-request.ts'
import { invalidRequest, invalidScope, OAuth2Error } from '../../errors.ts'
import { coversScope } from '../../scope.ts'
import type { AuthorizationRequest, Feature, Login, PendingInteraction, Server } from '../contract/feature.ts'
import { whatToAsk, type Questions } from './ask.ts'
import { rememberConsent, rememberedScope } from '../records/consent.ts'
import { bindBrowser, openJourney, sealJourney, type Journey } from './handle.ts'

export interface RedirectInteractionOptions {
  /** Your login page. It is opened with the handle in the query, as `interaction`. */
  readonly login: PageUrl
  /** Your consent page, opened alike. */
  readonly consent: PageUrl
  /** Who is logged in already, by your own session; null for nobody. */
  readonly session?: (http: HttpRequest, server: Server) => Awaitable<Login | null>
}

/** A URL or path, or what makes one for each of several servers that share their registrations. */
export type PageUrl = string | ((server: Server) => string)

/**
 * ```ts
 * server.register(redirectInteraction({ login: '/login', consent: '/consent', session }))
 * // on the pages: const interaction = await server.interaction(request)
 * ```
 */
export function redirectInteraction({ login, consent, session = () => null }: RedirectInteractionOptions): Feature {
  async function next(request: AuthorizationRequest, http: HttpRequest, who: Who): Promise<HttpResponse> {
    const { server } = request
    const questions = await ask(request, who)
    if (questions.reasons.length === 0 && who.login) return server.createAuthorizationResponse(request, who.login)
    const { binding, headers } = bindBrowser(server, http)
    const interaction = await sealJourney(server, journeyOf(request, who), binding)
    if (interaction.length > LONGEST) throw invalidRequest('the request is too long')
    const page = questions.login ? login : consent
    return redirectResponse(addQuery(typeof page === 'string' ? page : page(server), { interaction }), headers)
  }

  return {
    name: 'interaction',
    interaction: {
      async begin(request, http) {
        return next(request, http, { login: await session(http, request.server), before: true })
      },
      async resume(http, server): Promise<PendingInteraction> {
        const handle = (http.method === 'POST' ? await readForm(http) : readQuery(http)).get('interaction')
        const journey = await openForPage(server, handle, http)
        const request = await server.validateAuthorizationRequest(journey)
        const questions = await atTarget(request, () => ask(request, journey))
        return {
          request,
          client: request.client,
          login: journey.login,
          reasons: questions.reasons,
          scope: questions.scope,
          handle: handle ?? '',
          loggedIn: (by) => answered(request, () => next(request, http, { login: by, before: false })),
          approve: ({ scope = questions.scope, remember = true } = {}) =>
            answered(request, () => approve(request, http, journey, questions, { scope, remember })),
          deny: () => answered(request, () => server.createAuthorizationResponse(request, { denied: true })),
        }
      },
    },
  }

  async function approve(
    request: AuthorizationRequest,
    http: HttpRequest,
    journey: Journey,
    questions: Questions,
    { scope, remember }: { scope: readonly string[]; remember: boolean },
  ): Promise<HttpResponse> {
    const { server, client } = request
    const { login: by } = journey
    if (!by || questions.login) return next(request, http, journey) // consent without login: back to it
    if (!coversScope(request.scope, scope)) throw invalidScope('scope was approved that was not asked for')
    const granted = request.scope.filter((word) => scope.includes(word) || !questions.scope.includes(word))
    const response = await server.createAuthorizationResponse(request, { ...by, scope: granted })
    if (remember) await rememberConsent(server, { subject: by.subject, clientId: client.clientId, scope: granted })
    return response
  }
}

/** Most characters of a handle. It travels in a URL, and many servers take no more than 8 kB of that. */
const LONGEST = 7000

/** The login, and whether it was there before the request came. */
type Who = Pick<Journey, 'login' | 'before'>

async function ask(request: AuthorizationRequest, { login, before }: Who): Promise<Questions> {
  const { server, client } = request
  const remembered = login ? await rememberedScope(server, login.subject, client.clientId) : null
  return whatToAsk(request, { login, before, approved: null, remembered }, server.clock())
}

function journeyOf(
  { params, authorizationId, receivedAt, changes }: AuthorizationRequest,
  { login, before }: Who,
): Journey {
  return { params, authorizationId, receivedAt, changes, login, before }
}

/** Errors of the handle concern the person, not the client: they are shown as a page. */
async function openForPage(server: Server, handle: string | undefined, http: HttpRequest): Promise<Journey> {
  try {
    return await openJourney(server, handle, http)
  } catch (error) {
    throw error instanceof OAuth2Error ? new AuthorizationError(error, null) : error
  }
}

async function answered(request: AuthorizationRequest, step: () => Promise<HttpResponse>): Promise<HttpResponse> {
  try {
    return await atTarget(request, step)
  } catch (error) {
    return request.server.respond(error)
  }
}
