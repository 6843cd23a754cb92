/** What someone sees who is logged in: who they are, what the API said, and every message it took. */

import { html } from 'hono/html'
import type { Html, Page, Places } from '../../pages/layout.ts'
import { members } from '../../pages/members.ts'
import { shortenMembers, type Exchange } from '../exchange.ts'
import type { Chapter, Identity } from '../sessions.ts'
import { diagram } from './diagram.ts'
import { ideas } from './ideas.ts'

export interface HomeOptions {
  readonly identity: Identity
  readonly chapters: readonly Chapter[]
  /** For the hidden field of the forms. */
  readonly csrf: string
  readonly places: Places
}

export function homePage({ identity, chapters, csrf, places }: HomeOptions): Page {
  const { issuer, api } = places
  const { name, header, claims, profile } = identity
  const exchanges = chapters.flatMap((chapter) => chapter.exchanges)
  const button = (action: string, label: string, quiet = true): Html =>
    html`<form method="post" action="${action}">
      <input type="hidden" name="csrf" value="${csrf}" />
      <button class="${quiet ? 'quiet' : ''}">${label}</button>
    </form>`
  return {
    title: name,
    main: html`<section class="hero" aria-labelledby="title">
        <h1 id="title">Hello, ${name}</h1>
        <p class="lead">You are <strong>${claims['sub']}</strong> of ${issuer}. ${grantedScope(exchanges)}</p>
        <div class="actions">
          ${button('/call', 'Call the API', false)} ${button('/refresh', 'Refresh the tokens')}
          ${button('/introspect', 'Ask about the token')} ${button('/machine', 'A token for the client itself')}
          ${button('/logout', 'Log out')} <a href="#messages">See every message</a>
        </div>
      </section>
      <div class="columns">
        <div>
          <section class="card" aria-labelledby="api">
            <h2 id="api">The API</h2>
            ${apiAnswer(exchanges, api)}
            <form method="post" action="/write" class="write">
              <input type="hidden" name="csrf" value="${csrf}" />
              <label for="text">A note for the API</label>
              <div class="row">
                <input id="text" name="text" required maxlength="200" autocomplete="off" />
                <button class="quiet">Write</button>
              </div>
            </form>
          </section>
          <section class="card" aria-labelledby="id-token">
            <h2 id="id-token">ID Token <span class="badge">verified</span></h2>
            <p>
              Signed by ${issuer} for <code>${claims['aud']}</code>. The client has checked signature, issuer, audience,
              times and nonce before it let you in.
            </p>
            <h3>Header</h3>
            ${members(header)}
            <h3>Claims</h3>
            ${members(shortenMembers(claims))}
          </section>
        </div>
        <div>
          <section class="card" aria-labelledby="userinfo">
            <h2 id="userinfo">Userinfo</h2>
            <p>What the provider tells about you, within the scope that you allowed.</p>
            ${members(profile)}
          </section>
        </div>
      </div>
      ${diagram(chapters)} ${ideas(places)}`,
  }
}

function apiAnswer(exchanges: readonly Exchange[], api: string): Html {
  const last = exchanges.findLast(({ to }) => to === 'api')
  if (!last) return html`<p>Not called yet. It lives at ${api} and wants a token with <code>api:read</code>.</p>`
  const { method, url, status, received, answerHeaders } = last
  const challenge = answerHeaders['www-authenticate']
  return html`<p>
      <code>${method} ${new URL(url).pathname}</code> was answered
      <strong class="${status < 300 ? 'good' : 'bad'}">${status === 0 ? 'not at all' : status}</strong>.
    </p>
    ${challenge === undefined ? members(received) : html`<p><code>${challenge}</code></p>`}`
}

/** A person may allow less than was asked for. */
function grantedScope(exchanges: readonly Exchange[]): Html | '' {
  const scope = exchanges.findLast(({ received }) => typeof received['scope'] === 'string')?.received['scope']
  return typeof scope === 'string'
    ? html`You allowed ${scope.split(' ').map((word) => html`<code class="chip">${word}</code> `)}`
    : ''
}
