/** The few pages we answer with. */

import type { HttpHeader, HttpResponse } from './http.ts'
import { noStore } from './no-store.ts'

/** For text and for quoted attribute values. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

export interface HtmlResponseOptions {
  /** The `nonce` of the scripts on the page. Absent: no script runs. */
  readonly scriptNonce?: string | undefined
  /** The `nonce` of the `<style>` elements on the page. Absent: none applies. `style` attributes never do. */
  readonly styleNonce?: string | undefined
  /**
   * Where the forms of the page may lead, redirects included: `'self'` or URLs, of which the origin counts. Default
   * `["'self'"]`. Pass `'any'` for a page whose form ends in a redirect to a client: browsers check the whole redirect
   * chain, also the redirects that the client's callback makes, and these hosts cannot be known.
   */
  readonly formAction?: readonly string[] | 'any' | undefined
  /** URLs that the page may show in frames; the origin counts. Default: none. */
  readonly frames?: readonly string[] | undefined
  /** URLs of pictures from elsewhere, such as the logo of a client; the origin counts. Default: none. */
  readonly images?: readonly string[] | undefined
  readonly headers?: readonly HttpHeader[] | undefined
}

/** A page that cannot be framed, cached, or made to load or send anything elsewhere. RFC 9700 §4.16. */
export function htmlResponse(
  status: number,
  html: string,
  {
    scriptNonce,
    styleNonce,
    formAction = ["'self'"],
    frames = [],
    images = [],
    headers = [],
  }: HtmlResponseOptions = {},
): HttpResponse {
  const policy = [
    "default-src 'none'",
    ["img-src 'self' data:", ...new Set(images.map(formTarget))].join(' '),
    ...nonceSource('style-src', styleNonce),
    ...nonceSource('script-src', scriptNonce),
    ...(frames.length === 0 ? [] : [`frame-src ${[...new Set(frames.map(formTarget))].join(' ')}`]),
    ...(formAction === 'any' ? [] : [`form-action ${formAction.map(formTarget).join(' ') || "'none'"}`]),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    status,
    headers: [
      ['content-type', 'text/html; charset=utf-8'],
      ['content-security-policy', policy.join('; ')],
      ['x-frame-options', 'DENY'],
      ['x-content-type-options', 'nosniff'],
      ['referrer-policy', 'no-referrer'],
      ...noStore,
      ...headers,
    ],
    body: html,
  }
}

function nonceSource(directive: string, nonce: string | undefined): string[] {
  if (nonce === undefined) return []
  if (!/^[\w+/-]+={0,2}$/.test(nonce)) throw new TypeError('The nonce must be base64')
  return [`${directive} 'nonce-${nonce}'`]
}

/**
 * A source expression. It has no IPv6 literals, no private schemes with a host, and a `;` in a host would begin another
 * directive: there the scheme has to do.
 */
function formTarget(target: string): string {
  if (target === "'self'") return target
  const { protocol, host } = new URL(target)
  return /^https?:$/.test(protocol) && /^[\w.-]+(:\d+)?$/.test(host) ? `${protocol}//${host}` : protocol
}
