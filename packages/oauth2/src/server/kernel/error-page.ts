/**
 * What a person sees when an error cannot be sent to the client. Loaded by the first one.
 *
 * @spec RFC 6749 §4.1.2.1
 */

import { escapeHtml, pageResponse, type HttpResponse } from '@authlib/core'
import type { OAuth2Error } from '../../errors.ts'

export function errorPage(error: OAuth2Error): HttpResponse {
  const detail = error.description === '' ? error.code : `${error.code}: ${error.description}`
  const body = `<p>Go back to the application that sent you here and start again. If that does not help, send this to the application's developers:</p>
<p><code>${escapeHtml(detail)}</code></p>`
  const page = pageResponse(error.status, { title: 'This request cannot be continued', body })
  const wait = error.headers.filter(([name]) => name === 'retry-after')
  return { ...page, headers: [...page.headers, ...wait] }
}
