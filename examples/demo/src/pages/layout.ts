/** The frame of every page of the demo: plain HTML that works without scripts, in light and dark. */

import { htmlResponse, randomToken, type HttpResponse } from '@authlib/core'
import { html, raw } from 'hono/html'
import { css } from './style.ts'

/** Markup, escaped where it needs to be: `html` of Hono makes it. */
export type Html = ReturnType<typeof html>

export interface Page {
  readonly title: string
  readonly main: Html
  /** Its forms lead to other servers. Default false. */
  readonly formsLeave?: boolean
}

/** Which of the servers shows the page. */
export type Role = 'Client web app' | 'OpenID provider' | 'Protected API'

/** Where the three servers are. */
export interface Places {
  readonly url: string
  readonly issuer: string
  readonly api: string
}

const parties: Readonly<Record<Role, string>> = {
  'Client web app': 'client',
  'OpenID provider': 'provider',
  'Protected API': 'api',
}

/** With the headers that keep a page from being framed, cached, or made to load or send anything elsewhere. */
export async function pageResponse(status: number, page: Page, role: Role): Promise<HttpResponse> {
  const styleNonce = randomToken()
  const formAction = page.formsLeave === true ? { formAction: 'any' as const } : {}
  return htmlResponse(status, String(await layout(page, role, styleNonce)), { styleNonce, ...formAction })
}

function layout({ title, main }: Page, role: Role, nonce: string): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Authlib demo</title>
        <link rel="icon" href="data:," />
        <style nonce="${nonce}">
          ${raw(css)}
        </style>
      </head>
      <body class="${parties[role]}">
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <a class="brand" href="/">Authlib <span>demo</span></a> <span class="role">${role}</span>
        </header>
        <main id="main">${main}</main>
      </body>
    </html>`
}
