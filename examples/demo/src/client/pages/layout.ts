/** The frame of every page of the client: plain HTML that works without scripts, in light and dark. */

import { htmlResponse } from '@authlib/core'
import { honoAdapter } from '@authlib/hono'
import type { Context } from 'hono'
import { html, raw } from 'hono/html'
import { css } from './style.ts'

/** Markup, escaped where it needs to be: `html` of Hono makes it. */
export type Html = ReturnType<typeof html>

/** Where the three servers are. */
export interface Places {
  readonly url: string
  readonly issuer: string
  readonly api: string
}

export function layout(title: string, main: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Authlib demo</title>
        <link rel="icon" href="data:," />
        <style>
          ${raw(css)}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="top">
          <a class="brand" href="/">Authlib <span>demo</span></a> <span class="role">Client web app</span>
        </header>
        <main id="main">${main}</main>
      </body>
    </html>`
}

/** With the headers that keep a page from being framed, cached, or made to send anything elsewhere. */
export async function showPage(c: Context, status: number, page: Html): Promise<Response> {
  return honoAdapter.respond(c, htmlResponse(status, String(await page)))
}
