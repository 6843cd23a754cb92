/** What the API says to people who open its address. */

import { html } from 'hono/html'
import type { Page } from '../pages/layout.ts'
import { members } from '../pages/members.ts'

export interface ApiPageOptions {
  readonly url: string
  readonly issuer: string
  /** The path of its metadata. */
  readonly metadata: string
}

export function apiPage({ url, issuer, metadata }: ApiPageOptions): Page {
  return {
    title: 'API',
    main: html`<section class="hero" aria-labelledby="title">
        <h1 id="title">The API</h1>
        <p class="lead">
          It keeps notes, and answers requests whose access token is for it and has the right scope. A browser alone
          gets nothing here: the client calls it for you.
        </p>
      </section>
      <section class="card" aria-labelledby="operations">
        <h2 id="operations">What it offers</h2>
        ${members({ 'GET /notes': 'needs api:read', 'POST /notes': 'needs api:write', resource: url })}
        <h3>Where clients learn that</h3>
        <ul class="links">
          <li><a href="${metadata}">${metadata}</a></li>
          <li><a href="/notes">/notes</a> without a token: see its <code>WWW-Authenticate</code></li>
          <li><a href="${issuer}/">${issuer}</a>, whose tokens it accepts</li>
        </ul>
      </section>`,
  }
}
