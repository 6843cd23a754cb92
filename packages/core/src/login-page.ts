/** The page where a person chooses a provider. */

import { escapeHtml, htmlResponse } from './html.ts'
import { redirectResponse, type HttpResponse } from './http.ts'

/** One provider to choose. */
export interface LoginChoice {
  /** The name of the registered client. */
  readonly name: string
  /** Begins the login there, and knows where the person came from. */
  readonly path: string
}

/** A list of links. With one provider there is nothing to choose. */
export function choosePage(choices: readonly LoginChoice[]): HttpResponse {
  const [only, ...others] = choices
  if (only !== undefined && others.length === 0) return redirectResponse(only.path)
  const links = choices.map(
    ({ name, path }) => `<li><a href="${escapeHtml(path)}">Log in with ${escapeHtml(titleOf(name))}</a></li>`,
  )
  return htmlResponse(
    200,
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
      `<title>Log in</title><h1>Log in</h1><ul>${links.join('')}</ul></html>`,
  )
}

function titleOf(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
