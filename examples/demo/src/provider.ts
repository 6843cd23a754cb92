/** The OpenID provider: an authorization server, and what is registered with it. */

import type { Store } from '@authlib/core'
import { expressAdapter, mount } from '@authlib/express'
import { storedKeys } from '@authlib/jose'
import { bearer } from '@authlib/oauth2/resource'
import {
  authorizationCodeGrant,
  AuthorizationServer,
  clientCredentialsGrant,
  codeChallenge,
  developmentPages,
  forgetConsent,
  introspectionEndpoint,
  jwtAccessToken,
  refreshTokenGrant,
  revocationEndpoint,
  staticClients,
  type AuthEvent,
  type Client,
  type ClientMetadata,
} from '@authlib/oauth2/server'
import { openId } from '@authlib/oidc/server'
import express, { type Express, type Response } from 'express'
import { pageResponse, type Page } from './pages/layout.ts'
import { scopeDescriptions, scopes } from './provider/clients.ts'
import { indexPage, notFoundPage } from './provider/pages.ts'
import { findClaims, usernames } from './provider/users.ts'

export interface ProviderOptions {
  readonly issuer: string
  /** The API that access tokens are for. */
  readonly api: string
  readonly store: Store
  readonly secrets: readonly string[]
  readonly clients: readonly ClientMetadata[]
}

export function createProvider({ issuer, api, store, secrets, clients }: ProviderOptions): Express {
  const server = new AuthorizationServer({
    ...{ issuer, store, secrets, scopes },
    keys: storedKeys({ store, secrets, algorithms: ['RS256', 'ES256'] }), // OpenID Discovery §3: RS256 must be offered
    clients: staticClients(clients),
    onEvent: report,
  })
    .registerGrant(authorizationCodeGrant(), [codeChallenge({ requiredFor: usesPkce })])
    .registerGrant(refreshTokenGrant())
    .registerGrant(clientCredentialsGrant())
    .registerEndpoint(revocationEndpoint())
    .registerEndpoint(introspectionEndpoint())
    .register(jwtAccessToken({ audience: api }))
    .register(
      openId({
        claims: (subject) => findClaims(subject) ?? null,
        schemes: [bearer({ insecureFormBody: true })], // conformance suites send a token to userinfo in every way there is
      }),
    )
    .register(
      developmentPages({
        users: usernames.map((username) => ({ username })),
        scopeDescriptions,
        insecurePublicHost: true, // it listens on this machine only; a proxy in front of it means that others may try it
      }),
    )

  const app = express().disable('x-powered-by')
  app.use(mount(server))
  app.get('/', async (_request, response) => {
    const login = await server.interaction.currentLogin(expressAdapter.request(response))
    const person = login?.subject
    await showPage(response, 200, indexPage({ metadata: server.metadata(), clients, usernames, person }))
  })
  app.post('/forget', async (request, response) => {
    if (request.headers['sec-fetch-site'] !== 'same-origin') return void response.sendStatus(403) // a form of another site
    const login = await server.interaction.currentLogin(expressAdapter.request(response))
    for (const { client_id } of login ? clients : []) await forgetConsent(server, login!.subject, client_id)
    response.redirect(303, '/')
  })
  app.use((_request, response) => showPage(response, 404, notFoundPage()))
  return app
}

async function showPage(response: Response, status: number, page: Page): Promise<void> {
  expressAdapter.respond(response, await pageResponse(status, page, 'OpenID provider'))
}

/** All clients, except confidential ones that say otherwise in their metadata: suites that test older profiles. */
function usesPkce({ metadata }: Client): boolean {
  return metadata['require_pkce'] !== false
}

/** What is no fault of a request. */
function report(event: AuthEvent): void {
  if (event.type === 'server.error') console.error(event.error)
}
