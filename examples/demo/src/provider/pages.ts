/** The pages of the provider for visitors who come without a request of a client. */

import type { AuthorizationServerMetadata } from '@authlib/oauth2'
import type { ClientMetadata } from '@authlib/oauth2/server'
import { html } from 'hono/html'
import type { Page } from '../pages/layout.ts'
import { members } from '../pages/members.ts'

export interface IndexPageOptions {
  readonly metadata: AuthorizationServerMetadata
  readonly clients: readonly ClientMetadata[]
  readonly usernames: readonly string[]
  /** Who is logged in. */
  readonly person: string | undefined
}

export function indexPage({ metadata, clients, usernames, person }: IndexPageOptions): Page {
  const { issuer } = metadata
  const endpoints = Object.entries(metadata)
    .filter((member): member is [string, string] => /_endpoint$|^jwks_uri$/.test(member[0]))
    .map(([name, url]) => [name, new URL(url).pathname] as const)
  const documents = ['openid-configuration', 'oauth-authorization-server'].map((name) => `/.well-known/${name}`)
  return {
    title: 'Provider',
    main: html`<section class="hero" aria-labelledby="title">
        <h1 id="title">The provider</h1>
        <p class="lead">
          It logs people in, asks for their consent, and issues tokens. Nothing begins here: a client sends you, and the
          provider sends you back.
        </p>
        ${
          person === undefined
            ? html`<p>Nobody is logged in here.</p>`
            : html`<p><strong>${person}</strong> is logged in here.</p>
                <div class="actions">
                  <form method="post" action="/forget">
                    <button class="quiet">Forget what ${person} has allowed</button>
                  </form>
                  <a class="button quiet" href="/logout">Log out here</a>
                </div>`
        }
      </section>
      <div class="columns">
        <div>
          <section class="card" aria-labelledby="endpoints">
            <h2 id="endpoints">Where it listens</h2>
            <p>Clients learn all this from one document, which is computed from what is registered:</p>
            <ul class="links">
              ${documents.map((path) => html`<li><a href="${path}">${path}</a></li>`)}
            </ul>
            <h3>Issuer</h3>
            <p><code>${issuer}</code></p>
            <h3>Endpoints below it</h3>
            ${members(Object.fromEntries(endpoints))}
          </section>
        </div>
        <div>
          <section class="card" aria-labelledby="clients">
            <h2 id="clients">Clients</h2>
            <p>Who may send people here. <code>AUTHLIB_CLIENTS</code> names a file with further ones.</p>
            ${clients.map(({ client_id, client_name, client_uri, redirect_uris }) => {
              const name = client_name ?? client_id
              return html`<h3>${isWeb(client_uri) ? html`<a href="${client_uri}">${name}</a>` : name}</h3>
                ${members({ client_id, redirect_uris: [...(redirect_uris ?? [])] })}`
            })}
          </section>
          <section class="card" aria-labelledby="people">
            <h2 id="people">People</h2>
            <p>The password is the username.</p>
            <ul class="links">
              ${usernames.map((name) => html`<li><code>${name}</code></li>`)}
            </ul>
          </section>
        </div>
      </div>`,
  }
}

export function notFoundPage(): Page {
  return {
    title: 'Not found',
    main: html`<section class="hero" aria-labelledby="title">
      <h1 id="title">Not found</h1>
      <p class="lead">The provider has no such page.</p>
      <p class="actions"><a class="button quiet" href="/">What it has</a></p>
    </section>`,
  }
}

/** A file of clients may hold anything, and a link must not run it. */
function isWeb(uri: unknown): uri is string {
  return typeof uri === 'string' && /^https?:/.test(uri)
}
