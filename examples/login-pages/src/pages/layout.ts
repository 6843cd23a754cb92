/** The frame of the pages. They work without scripts, except for passkeys, and in light and dark. */

import { escapeHtml, htmlResponse, isHttps, randomToken, type HttpResponse } from '@authlib/core'
import type { PendingInteraction, Server } from '@authlib/oauth2/server'
import type { FormKey } from '../browser.ts'
import { passkeyScript } from './passkey-form.ts'
import { style } from './style.ts'

export interface Page {
  readonly title: string
  /** HTML, already escaped. */
  readonly body: string
  readonly status?: number | undefined
  /** Seconds to wait, for `Retry-After`. */
  readonly retryAfter?: number | undefined
  /** URLs of pictures from elsewhere. */
  readonly images?: readonly string[] | undefined
}

export function show(
  server: Server,
  key: FormKey,
  { title, body, status = 200, retryAfter, images }: Page,
): HttpResponse {
  const [styleNonce, scriptNonce] = [randomToken(), randomToken()]
  const host = escapeHtml(new URL(server.issuer).host)
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
<style nonce="${styleNonce}">${style}</style>
</head>
<body>
<header><span class="mark" aria-hidden="true"></span>${host}</header>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
<script type="module" nonce="${scriptNonce}">${passkeyScript}</script>
</body>
</html>
`
  const headers = [
    ...key.headers,
    ...(isHttps(server.issuer) ? [['strict-transport-security', 'max-age=31536000'] as const] : []),
    ...(retryAfter === undefined ? [] : [['retry-after', String(retryAfter)] as const]),
  ]
  // A form may end in a redirect to the client, and its callback may redirect anywhere: no `form-action`.
  return htmlResponse(status, html, { styleNonce, scriptNonce, formAction: 'any', images, headers })
}

/** What every form of ours carries. */
export function hiddenFields({ field }: FormKey, pending: PendingInteraction | null): string {
  const handle =
    pending === null ? '' : `<input type="hidden" name="interaction" value="${escapeHtml(pending.handle)}">`
  return `<input type="hidden" name="form_key" value="${escapeHtml(field)}">${handle}`
}

/** What went wrong, read aloud at once. */
export function alert(problem: string | undefined): string {
  return problem === undefined ? '' : `<p class="alert" role="alert" id="problem">${escapeHtml(problem)}</p>`
}

export interface Field {
  readonly label: string
  readonly name: string
  readonly type: 'text' | 'email' | 'password'
  readonly autocomplete: string
  readonly value?: string | undefined
  readonly hint?: string | undefined
  readonly minLength?: number | undefined
  readonly focus?: boolean | undefined
  readonly invalid?: boolean | undefined
}

export function inputField({
  label,
  name,
  type,
  autocomplete,
  value = '',
  hint,
  minLength,
  focus,
  invalid,
}: Field): string {
  const described = [...(hint === undefined ? [] : [`${name}-hint`]), ...(invalid === true ? ['problem'] : [])]
  const attributes = [
    `id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" value="${escapeHtml(value)}" required`,
    ...(type === 'email' ? ['autocapitalize="none" spellcheck="false"'] : []),
    ...(minLength === undefined ? [] : [`minlength="${minLength}"`]),
    ...(described.length === 0 ? [] : [`aria-describedby="${described.join(' ')}"`]),
    ...(invalid === true ? ['aria-invalid="true"'] : []),
    ...(focus === true ? ['autofocus'] : []),
  ]
  const note = hint === undefined ? '' : `<p class="hint" id="${name}-hint">${escapeHtml(hint)}</p>`
  return `<div class="field"><label for="${name}">${label}</label><input ${attributes.join(' ')}>${note}</div>`
}
