/** What somebody sees who is not logged in. */

import { html } from 'hono/html'
import type { Chapter } from '../sessions.ts'
import { diagram } from './diagram.ts'
import { layout, type Html, type Places } from './layout.ts'

/** `chapters` tell of a log out, if there was one. */
export function startPage({ url, issuer, api }: Places, chapters: readonly Chapter[]): Html {
  const loggedOut = chapters.length > 0
  return layout(
    loggedOut ? 'Logged out' : 'Start',
    html`<section class="hero" aria-labelledby="title">
        ${
          loggedOut
            ? html`<h1 id="title">You are logged out here</h1>
                <p class="lead">
                  The session of this client has ended and its tokens are revoked. The provider still knows you: the
                  next login here needs no password, unless you
                  <a href="${issuer}/logout">log out at the provider</a> too.
                </p>
                <p><a class="button" href="/login">Log in again</a></p>`
            : html`<h1 id="title">Watch a login, message by message</h1>
                <p class="lead">
                  This client knows no passwords. It sends you to an OpenID provider, learns who you are, and calls an
                  API for you. Then it shows what was sent, what came back, and which rule it satisfies.
                </p>
                <p><a class="button" href="/login">Log in</a></p>
                <p class="note">As <code>alice</code> or <code>bob</code>: the password is the username.</p>`
        }
      </section>
      ${
        loggedOut
          ? diagram(chapters)
          : html`<section aria-labelledby="places">
              <h2 id="places">Three servers on this machine</h2>
              <ul class="places">
                <li class="client">
                  <h3>Client</h3>
                  <p>The web app you are looking at.</p>
                  <p><a href="${url}">${url}</a></p>
                </li>
                <li class="provider">
                  <h3>Provider</h3>
                  <p>Logs you in, asks for your consent, issues tokens.</p>
                  <p><a href="${issuer}/.well-known/openid-configuration">${issuer}</a></p>
                </li>
                <li class="api">
                  <h3>API</h3>
                  <p>Answers whoever brings a token with the right scope.</p>
                  <p><a href="${api}/.well-known/oauth-protected-resource">${api}</a></p>
                </li>
              </ul>
            </section>`
      }`,
  )
}
