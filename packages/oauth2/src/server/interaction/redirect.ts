/** Login and consent on pages of your own, reached by redirect with a sealed, stateless handle. */

import {
  addQuery,
  readForm,
  readQuery,
  redirectResponse,
  type Awaitable,
  type HttpRequest,
  type HttpResponse,
} from '@authlib/core'
import { AuthorizationError } from '../authorization-error.ts'
import { OAuth2Error } from '../../errors.ts'
import { coversScope } from '../../scope.ts'
import type { AuthorizationRequest, Feature, Login, PendingInteraction, Server } from '../feature.ts'
import { whatToAsk, type Questions } from './ask.ts'
import { rememberConsent, rememberedScope } from './consents.ts'
import { bindBrowser, openJourney, sealJourney, type Journey } from './handle.ts'

export interface RedirectInteractionOptions {
  /** Your login page. It is opened with the handle in the query, as `interaction`. */
  readonly login: string
  /** Your consent page, opened alike. */
  readonly consent: string
  /** Who is logged in already, by your own session; null for nobody. */
  readonly session?: (http: HttpRequest, server: Server) => Awaitable<Login | null>
}

/**
 * ```ts
 * server.register(redirectInteraction({ login: '/login', consent: '/consent', session }))
 * // on the pages: const interaction = await server.interaction(request)
 * ```
 */
export function redirectInteraction({ login, consent, session = () => null }: RedirectInteractionOptions): Feature {
  async function next(request: AuthorizationRequest, http: HttpRequest, progress: Steps): Promise<HttpResponse> {
    const { server } = request
    const questions = await ask(request, progress)
    if (questions.reasons.length === 0 && progress.login) {
      return server.createAuthorizationResponse(request, {
        ...progress.login,
        scope: progress.approved ?? request.scope,
      })
    }
    const { binding, headers } = bindBrowser(server, http)
    const interaction = await sealJourney(server, journeyOf(request, progress.login), binding)
    return redirectResponse(addQuery(questions.login ? login : consent, { interaction }), headers)
  }

  return {
    name: 'interaction',
    interaction: {
      async begin(request, http) {
        return next(request, http, { login: await session(http, request.server), approved: null })
      },
      async resume(http, server): Promise<PendingInteraction> {
        const handle = (http.method === 'POST' ? await readForm(http) : readQuery(http)).get('interaction')
        const journey = await openForPage(server, handle, http)
        const request = await server.validateAuthorizationRequest(journey)
        const questions = await ask(request, { login: journey.login, approved: null })
        return {
          request,
          client: request.client,
          login: journey.login,
          reasons: questions.reasons,
          scope: questions.scope,
          handle: handle ?? '',
          loggedIn: (by) => answered(server, () => next(request, http, { login: by, approved: null })),
          approve: ({ scope = questions.scope, remember = true } = {}) =>
            answered(server, () => approve(request, http, journey, questions, { scope, remember })),
          deny: () => answered(server, () => server.createAuthorizationResponse(request, { denied: true })),
        }
      },
    },
  }

  async function approve(
    request: AuthorizationRequest,
    http: HttpRequest,
    { login: by }: Journey,
    questions: Questions,
    { scope, remember }: { scope: readonly string[]; remember: boolean },
  ): Promise<HttpResponse> {
    const { server, client } = request
    if (!by || questions.login) return next(request, http, { login: by, approved: null }) // consent without login: back to it
    if (!coversScope(request.scope, scope)) throw new AuthorizationError(new OAuth2Error('invalid_scope'), request)
    const granted = request.scope.filter((word) => scope.includes(word) || !questions.scope.includes(word))
    if (remember) await rememberConsent(server, { subject: by.subject, clientId: client.clientId, scope: granted })
    return server.createAuthorizationResponse(request, { ...by, scope: granted })
  }
}

interface Steps {
  readonly login: Login | null
  readonly approved: readonly string[] | null
}

async function ask(request: AuthorizationRequest, { login, approved }: Steps): Promise<Questions> {
  const { server, client } = request
  const remembered = login ? await rememberedScope(server, login.subject, client.clientId) : []
  try {
    return whatToAsk(request, { login, approved, remembered }, server.clock())
  } catch (error) {
    throw error instanceof OAuth2Error ? new AuthorizationError(error, request) : error
  }
}

function journeyOf(
  { params, authorizationId, receivedAt, changes }: AuthorizationRequest,
  login: Login | null,
): Journey {
  return { params, authorizationId, receivedAt, changes, login }
}

/** Errors of the handle concern the person, not the client: they are shown as a page. */
async function openForPage(server: Server, handle: string | undefined, http: HttpRequest): Promise<Journey> {
  try {
    return await openJourney(server, handle, http)
  } catch (error) {
    throw error instanceof OAuth2Error ? new AuthorizationError(error, null) : error
  }
}

async function answered(server: Server, step: () => Promise<HttpResponse>): Promise<HttpResponse> {
  try {
    return await step()
  } catch (error) {
    return server.respond(error)
  }
}
