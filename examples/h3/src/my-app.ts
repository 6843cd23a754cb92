/** The application, without its framework: the provider that people log in with, and three pages. */

import { AuthlibError, escapeHtml } from '@authlib/core'
import { oidc, type OpenIDLoginResult } from '@authlib/oidc/client'

const { ISSUER = 'http://localhost:4000', APP_URL = 'http://localhost:3000', API_URL } = process.env

export const port = Number(new URL(APP_URL).port)
export const secrets = [process.env['APP_SECRET'] ?? '']
export const redirectUri = `${APP_URL}/callback` // byte for byte as the provider knows it

export const provider = oidc({
  issuer: ISSUER,
  clientId: 'my-app',
  clientSecret: process.env['CLIENT_SECRET'],
  scope: ['profile', 'notes:read'],
})

export const homePage = page('My App', '<p><a href="/login">Log in</a></p>')

/** Greets the person, and shows what the API answers to their token where there is an API. */
export async function welcomePage({ profile, token }: OpenIDLoginResult): Promise<string> {
  const name = escapeHtml(profile.name ?? profile.sub) // text that others wrote
  if (API_URL === undefined) return page(`Hello ${name}`, '')
  const response = await fetch(`${API_URL}/notes`, { headers: { authorization: `Bearer ${token.accessToken}` } })
  return page(`Hello ${name}`, `<p>Your notes: <code>${escapeHtml(await response.text())}</code></p>`)
}

/** For a login that fails: refused, too old, begun in another browser. */
export function problemPage(error: unknown): { readonly status: number; readonly html: string } {
  const { status, code } = error instanceof AuthlibError ? error : { status: 500, code: 'server_error' }
  const body = `<p><code>${escapeHtml(code)}</code></p><p><a href="/login">Try again</a></p>`
  return { status, html: page('That did not work', body) }
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`
}
