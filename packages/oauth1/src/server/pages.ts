/** The two pages we show ourselves: a PIN to be typed, and an error that cannot be sent to the client. */

import { escapeHtml, pageResponse, type HttpResponse } from '@authlib/core'
import type { OAuth1Error } from './errors.ts'

/** For a client that cannot be redirected to. RFC 5849 §2.2 */
export function pinPage(pin: string): HttpResponse {
  return pageResponse(200, {
    title: 'Almost done',
    body: `<p>Type this number into the application to finish:</p>\n<p><strong id="pin">${escapeHtml(pin)}</strong></p>`,
  })
}

/** For a client that cannot be redirected to, when the person refused. */
export function deniedPage(): HttpResponse {
  return pageResponse(200, {
    title: 'Access denied',
    body: '<p>The application was not given access. You can close this page.</p>',
  })
}

export function errorPage({ code, message, status }: OAuth1Error): HttpResponse {
  return pageResponse(status, {
    title: 'This request cannot be continued',
    body: `<p>Go back to the application that sent you here and start again.</p>\n<p><code>${escapeHtml(`${code}: ${message}`)}</code></p>`,
  })
}
