/** The messages of a session as a sequence diagram: lifelines on the left, what each message means beside it. */

import { html } from 'hono/html'
import type { Html } from '../../pages/layout.ts'
import { members } from '../../pages/members.ts'
import { curlCommand } from '../curl.ts'
import type { Exchange, Party } from '../exchange.ts'
import { explain } from '../explain.ts'
import type { Chapter } from '../sessions.ts'

const lanes: readonly Party[] = ['browser', 'client', 'provider', 'api']
const names: Readonly<Record<Party, string>> = {
  browser: 'Browser',
  client: 'Client',
  provider: 'Provider',
  api: 'API',
}

export function diagram(chapters: readonly Chapter[]): Html {
  return html`<section class="diagram" aria-labelledby="messages">
    <h2 id="messages">Message by message</h2>
    <p class="note">
      As this client saw it. Codes, tokens and secrets are shown by their two ends only. Cached metadata and keys are
      not fetched again.
    </p>
    <div class="lanes" aria-hidden="true">
      <div>${lanes.map((lane) => html`<span class="${lane}">${names[lane]}</span>`)}</div>
    </div>
    ${chapters.map((chapter, index) => showChapter(chapter, index === chapters.length - 1))}
  </section>`
}

function showChapter({ title, exchanges }: Chapter, latest: boolean): Html {
  return html`<section class="chapter" ${latest ? html`id="latest"` : ''}>
    <h3>${title}</h3>
    <ol>
      ${exchanges.map((exchange, index) => showExchange(exchange, exchanges.slice(0, index)))}
    </ol>
  </section>`
}

function showExchange(exchange: Exchange, before: readonly Exchange[]): Html {
  const { title, purpose, rules } = explain(exchange, before)
  return html`<li>
    <div class="arrows">${arrows(exchange)}</div>
    <div class="words">
      <h4>${title}</h4>
      <p>${purpose}</p>
      <ul class="rules">
        ${rules.map(
          ({ text, section, kept }) =>
            html`<li class="${kept ? 'kept' : 'broken'}">
              <span class="mark" role="img" aria-label="${kept ? 'kept' : 'broken'}">${kept ? '✓' : '✗'}</span>
              <span>${text} <a href="${sectionUrl(section)}">${section}</a></span>
            </li>`,
        )}
      </ul>
    </div>
    <div class="content">${content(exchange)}</div>
  </li>`
}

function content(exchange: Exchange): Html {
  const { method, url, headers, sent, redirect, status, answerHeaders, received } = exchange
  return html`<details>
    <summary>${redirect ? 'What was sent' : 'What was sent and what came back'}</summary>
    <h5>Sent</h5>
    <p><code>${method} ${url}</code></p>
    ${members({ ...headers, ...sent })}
    ${
      redirect
        ? ''
        : html`<h5>Came back</h5>
            <p><code>${status === 0 ? 'nothing' : status}</code></p>
            ${members({ ...answerHeaders, ...received })}`
    }
    <h5>As a command</h5>
    <pre class="curl">${curlCommand(exchange)}</pre>
  </details>`
}

/** A redirect is an answer to the browser, and the request that it makes of it. */
function arrows({ from, to, redirect, method, url, status }: Exchange): Html {
  const call = `${method} ${shortPath(url)}`
  return redirect
    ? html`${arrow(from, 'browser', '303 redirect', true)}${arrow('browser', to, call, false)}`
    : html`${arrow(from, to, call, false)}${arrow(to, from, status === 0 ? 'no answer' : String(status), true)}`
}

function arrow(from: Party, to: Party, label: string, answer: boolean): Html {
  const [start, end] = [lanes.indexOf(from), lanes.indexOf(to)]
  const ends = [`from-${Math.min(start, end)}`, `to-${Math.max(start, end)}`]
  const classes = ['arrow', answer ? 'answer' : 'call', start < end ? 'right' : 'left', from, ...ends]
  return html`<p class="${classes.join(' ')}">
    <span class="unseen">${names[from]} to ${names[to]}: </span><span class="label">${label}</span>
  </p>`
}

function shortPath(url: string): string {
  const { pathname } = new URL(url)
  return pathname.replace('/.well-known/', '…/')
}

function sectionUrl(section: string): string {
  const [, rfc, number] = /^RFC (\d+) §([\d.]+)$/.exec(section) ?? []
  if (rfc !== undefined) return `https://www.rfc-editor.org/rfc/rfc${rfc}#section-${number}`
  const document = section.startsWith('OpenID Discovery') ? 'discovery' : 'core'
  return `https://openid.net/specs/openid-connect-${document}-1_0.html`
}
