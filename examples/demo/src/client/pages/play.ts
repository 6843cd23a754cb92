/** Where to break a login: one of the ways that are known, or any parameter. */

import { html } from 'hono/html'
import type { Page } from '../../pages/layout.ts'
import { experiments } from '../experiments.ts'

export function playPage(): Page {
  return {
    title: 'Play',
    formsLeave: true,
    main: html`<section class="hero" aria-labelledby="title">
        <h1 id="title">Break a login</h1>
        <p class="lead">
          Each of these begins a login with one thing wrong. See who notices, with which error, and what the messages
          before it were.
        </p>
      </section>
      <section aria-labelledby="ready">
        <h2 id="ready">One thing wrong</h2>
        <ul class="places">
          ${experiments.map(
            ({ name, title, expected }) =>
              html`<li class="client">
                <h3>${title}</h3>
                <p>${expected}</p>
                <p><a class="button quiet" href="/login?break=${name}">Try it</a></p>
              </li>`,
          )}
        </ul>
      </section>
      <section class="card" aria-labelledby="own">
        <h2 id="own">Any parameter of the authorization request</h2>
        <p>
          Set <code>prompt</code> to <code>login</code>, <code>max_age</code> to <code>0</code>, <code>state</code> to
          something of your own. Without a value the parameter is left out.
        </p>
        <form method="get" action="/login">
          <label for="name">Name</label>
          <div class="row"><input id="name" name="name" required maxlength="50" autocomplete="off" /></div>
          <label for="value">Value</label>
          <div class="row">
            <input id="value" name="value" maxlength="500" autocomplete="off" />
            <button>Try it</button>
          </div>
        </form>
      </section>`,
  }
}
