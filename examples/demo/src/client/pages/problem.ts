/** What went wrong, in words, and a way on. */

import type { AuthlibError } from '@authlib/core'
import { html } from 'hono/html'
import type { Page } from '../../pages/layout.ts'
import type { Exchange } from '../exchange.ts'
import { diagram } from './diagram.ts'

interface Words {
  readonly title: string
  readonly text: string
  /** Another login is no remedy. */
  readonly onlyBack?: boolean
}

const known: Readonly<Record<string, Words>> = {
  access_denied: {
    title: 'You said no',
    text: 'The provider told this client that you did not allow it. It has learnt nothing about you.',
  },
  login_used: {
    title: 'This login is over',
    text: 'Its answer was opened a second time, perhaps by the back button or a reload. A code works once, so the client did not send it again.',
    onlyBack: true,
  },
  login_expired: { title: 'The login took too long', text: 'A login has to come back within ten minutes.' },
  mismatching_state: {
    title: 'This login did not begin here',
    text: 'No login in this browser matches this callback, so the client ignores it.',
  },
  login_required: { title: 'Please log in again', text: 'The provider accepts the tokens of this session no longer.' },
  session_ended: { title: 'You are logged out', text: 'The session of this page has ended. Nothing was done.' },
  foreign_form: {
    title: 'This page is out of date',
    text: 'Its form belongs to an earlier login. Nothing was done.',
    onlyBack: true,
  },
  network_error: { title: 'No answer', text: 'The other server could not be reached.' },
  not_found: { title: 'Not found', text: 'There is no such page here.', onlyBack: true },
}

/** `exchanges` are the messages up to the problem. */
export function problemPage(error: AuthlibError, exchanges: readonly Exchange[] = []): Page {
  const { title, text, onlyBack }: Words = known[error.code] ?? {
    title: 'That did not work',
    text: `${error.message}.`,
  }
  return {
    title,
    main: html`<section class="hero" aria-labelledby="title">
        <h1 id="title">${title}</h1>
        <p class="lead">${text}</p>
        <p class="actions">
          ${onlyBack ? '' : html`<a class="button" href="/login">Log in</a>`}
          <a class="button ${onlyBack ? '' : 'quiet'}" href="/">To the start page</a>
        </p>
        <p class="note">
          <code>${error.code}</code
          >${error.reason === undefined ? '' : html` (<code>${error.reason}</code>)`}${error.hint === undefined ? '' : html`: ${error.hint}`}
        </p>
      </section>
      ${exchanges.length === 0 ? '' : diagram([{ title: 'Up to here', exchanges }])}`,
  }
}
