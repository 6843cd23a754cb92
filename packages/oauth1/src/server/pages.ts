/** The two pages we show ourselves: a PIN to be typed, and an error that cannot be sent to the client. */

import { escapeHtml, htmlResponse, randomToken, type HttpResponse } from '@authlib/core'
import type { OAuth1Error } from './errors.ts'

/** For a client that cannot be redirected to. RFC 5849 §2.2 */
export function pinPage(pin: string): HttpResponse {
  return page(
    200,
    'Almost done',
    `<p>Type this number into the application to finish:</p>\n<p><strong id="pin">${escapeHtml(pin)}</strong></p>`,
  )
}

/** For a client that cannot be redirected to, when the person refused. */
export function deniedPage(): HttpResponse {
  return page(200, 'Access denied', '<p>The application was not given access. You can close this page.</p>')
}

export function errorPage({ code, message, status }: OAuth1Error): HttpResponse {
  return page(
    status,
    'This request cannot be continued',
    `<p>Go back to the application that sent you here and start again.</p>\n<p><code>${escapeHtml(`${code}: ${message}`)}</code></p>`,
  )
}

function page(status: number, title: string, body: string): HttpResponse {
  const styleNonce = randomToken()
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style nonce="${styleNonce}">body { margin: 4rem auto; max-width: 28rem; padding: 0 1.5rem; font: 1rem/1.5 system-ui, sans-serif } #pin { font-size: 2rem; letter-spacing: .2em }</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`
  return htmlResponse(status, html, { styleNonce })
}
