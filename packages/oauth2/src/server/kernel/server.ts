/** The object that features are given: the environment of a server, and what the kernel does for it. */

import { AuthlibError } from '@authlib/core'
import { assertSeconds } from '@authlib/core/kit'
import type { AuthorizationServerMetadata } from '../../metadata.ts'
import { answeredAt } from '../authorization-error.ts'
import type { Interaction } from '../contract/interaction.ts'
import type { Moment, MomentHandler } from '../contract/moments.ts'
import type { Authorizations, Interactions, Requests, Server, Tokens } from '../contract/server.ts'
import { coversScope } from '../../scope.ts'
import type { FoundToken } from '../contract/plans.ts'
import { findAuthorization } from '../records/authorization.ts'
import { answerRequest } from './answer.ts'
import {
  readAuthorizationRequest,
  resumeRequest,
  validateBackchannelRequest,
  validatePushedRequest,
} from './authorization-request.ts'
import { amendAuthorization, listAuthorizations, revokeAuthorizations, revokeToken } from './authorizations.ts'
import { clientsOf } from './clients.ts'
import { consentsOf, demandsOf } from './demands.ts'
import { createEnvironment } from './environment.ts'
import { respond } from './errors.ts'
import { mintForResponse } from './issue.ts'
import { composeMetadata } from './metadata.ts'
import type { AuthorizationServerOptions } from './options.ts'
import type { Registry } from './registry.ts'
import { defaultScopeOf } from './scope.ts'
import { createTokenResponse } from './token-request.ts'

/** @throws AuthlibError `weak_secret` */
export function createServer(options: AuthorizationServerOptions, registry: Registry): Server {
  const { accessTokenLifetime = 3600 } = options
  assertSeconds({ accessTokenLifetime }, 1)
  let metadata: AuthorizationServerMetadata | undefined
  const server = {
    ...createEnvironment(options, registry),
    accessTokenLifetime,
    scopes: options.scopes,
    defaultScope: defaultScopeOf(options),
    narrowScope: options.narrowScope ?? false,
    get grantTypes(): readonly string[] {
      return [...registry.byKind.grant.keys()]
    },
    metadata() {
      registry.freeze() // what came later would be missing
      return (metadata ??= composeMetadata(server, registry))
    },
    deliverDue: async () => (await import('./deliveries.ts')).deliverDue(server, registry),
    responseType: (name: string) => registry.responseType(name)?.responseType,
    handlers<In, Out>(moment: Moment<In, Out>) {
      return registry.handlers(moment) as readonly MomentHandler<In, Out>[] // sound: `on` put them there under this moment
    },
    respond: (error: unknown) => respond(server, registry, error, options.errorUris),
  } as Server // sound: the facets, which need it, follow
  return Object.assign(server, {
    tokens: tokensOf(server, registry),
    authorizations: authorizationsOf(server, registry),
    requests: requestsOf(server, registry),
    interaction: interactionOf(server, registry, options),
    clients: clientsOf(server, registry, options),
  })
}

function tokensOf(server: Server, registry: Registry): Tokens {
  return {
    get formats() {
      return [...registry.byKind.token_format.keys()]
    },
    async find(token) {
      for (const kind of registry.byKind.token_kind.values()) {
        const found = await kind.find(token, server)
        if (found) return withinAuthorization(found)
      }
      return null
    },
    revoke: (token) => revokeToken(server, registry, token),
    mint: (request, plan) => mintForResponse(registry, request, plan),
    createResponse: (http) => createTokenResponse(server, registry, http),
  }
}

/** What was taken from an authorization later is gone from its tokens too. */
function withinAuthorization(found: FoundToken): FoundToken {
  const { scope, authorization } = found
  if (coversScope(authorization.scope, scope)) return found
  return { ...found, scope: scope.filter((word) => authorization.scope.includes(word)) }
}

function authorizationsOf(server: Server, registry: Registry): Authorizations {
  return {
    find: (id) => findAuthorization(server.store, id, server.clock()),
    list: (owner) => listAuthorizations(server, owner),
    revoke: (owner, cause = 'administration') => revokeAuthorizations(server, registry, owner, cause),
    amend: (id, change) => amendAuthorization(server, id, change),
  }
}

function requestsOf(server: Server, registry: Registry): Requests {
  return {
    authorization: (http) => readAuthorizationRequest(server, registry, http),
    pushed: (source) => validatePushedRequest(server, registry, source),
    backchannel: (source) => validateBackchannelRequest(server, registry, source),
    resume: (source) => resumeRequest(server, registry, source),
    demands: (request) => demandsOf(registry, request),
    consents: (request) => consentsOf(registry, request),
    answer: (request, decision) => answerRequest(server, registry, request, decision),
  }
}

function interactionOf(server: Server, registry: Registry, options: AuthorizationServerOptions): Interactions {
  const registered = (): Interaction => {
    if (registry.interaction) return registry.interaction
    throw new AuthlibError(
      'missing_interaction',
      'No interaction is registered, so the server cannot show login and consent pages',
      {
        hint: 'Register redirectInteraction(…), or answer the authorization endpoint yourself with validateAuthorizationRequest.',
      },
    )
  }
  return {
    get mode() {
      return registry.interaction ? 'pages' : (options.interaction ?? null)
    },
    begin: (request, http) => answeredAt(request, () => registered().begin(request, http)),
    resume: (http) => registered().resume(http, server),
    currentLogin: async (http) => (await registry.interaction?.currentLogin?.(http, server)) ?? null,
    endLogin: async (http) => (await registry.interaction?.endLogin?.(http, server)) ?? [],
  }
}
