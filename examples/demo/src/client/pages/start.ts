/** The pages before a login and after a logout. */

import { html } from 'hono/html'
import type { Html, Page, Places } from '../../pages/layout.ts'
import type { Chapter } from '../sessions.ts'
import { diagram } from './diagram.ts'
import { ideas } from './ideas.ts'

export function startPage(places: Places): Page {
  return {
    title: 'Start',
    main: html`<section class="hero" aria-labelledby="title">
        <h1 id="title">Watch a login, message by message</h1>
        <p class="lead">
          This client knows no passwords. It sends you to an OpenID provider, learns who you are, and calls an API for
          you. Then it shows what was sent, what came back, and which rule it satisfies.
        </p>
        <p class="actions">
          <a class="button" href="/login">Log in</a> <a class="button quiet" href="/play">Break a login</a>
        </p>
        <p class="note">As <code>alice</code> or <code>bob</code>: the password is the username.</p>
      </section>
      ${servers(places)} ${ideas(places)}`,
  }
}

function servers({ url, issuer, api }: Places): Html {
  return html`<section aria-labelledby="servers">
    <h2 id="servers">Three servers on this machine</h2>
    <ul class="places">
      <li class="client">
        <h3>Client</h3>
        <p>The web app you are looking at.</p>
        <p><a href="${url}">${url}</a></p>
      </li>
      <li class="provider">
        <h3>Provider</h3>
        <p>Logs you in, asks for your consent, issues tokens.</p>
        <p><a href="${issuer}/">${issuer}</a></p>
      </li>
      <li class="api">
        <h3>API</h3>
        <p>Answers requests whose token has the right scope.</p>
        <p><a href="${api}/">${api}</a></p>
      </li>
    </ul>
  </section>`
}

/** `chapters` tell what the log out took. */
export function farewellPage({ issuer }: Places, chapters: readonly Chapter[]): Page {
  return {
    title: 'Logged out',
    main: html`<section class="hero" aria-labelledby="title">
        <h1 id="title">You are logged out here</h1>
        <p class="lead">
          The session of this client has ended and its tokens are revoked. The provider still knows you: the next login
          here needs no password, unless you <a href="${issuer}/logout">log out at the provider</a> too.
        </p>
        <p><a class="button" href="/login">Log in again</a></p>
      </section>
      ${diagram(chapters)}`,
  }
}
