/** Drives a login whose response arrives in the fragment, the query or a page. */

import type { AuthorizationServer } from '@authlib/oauth2/server'
import { Browser, ISSUER, REDIRECT_URI } from '../../oauth2/test/journey.ts'
import { authenticationUrl } from './provider.ts'

/** The parameters of the response, from fragment and query together. */
export async function authorize(
  server: AuthorizationServer,
  params: Record<string, string | undefined>,
  {
    browser = new Browser(server),
    user = 'alice',
    decision = 'approve',
  }: { browser?: Browser; user?: string; decision?: string } = {},
): Promise<URLSearchParams> {
  let response = await browser.open(authenticationUrl(params))
  for (let step = 0; step < 4; step++) {
    const location = response.headers.get('location') ?? ''
    if (location === '') throw new Error(`${response.status}: ${await response.text()}`)
    if (location.startsWith(REDIRECT_URI)) return received(new URL(location))
    const interaction = new URL(location, ISSUER).searchParams.get('interaction') ?? ''
    const form = location.startsWith('/login') ? { username: user, password: user } : { decision }
    response = await browser.open(location, { ...form, interaction })
  }
  throw new Error('the journey does not end')
}

function received({ hash, searchParams }: URL): URLSearchParams {
  return new URLSearchParams([...new URLSearchParams(hash.slice(1)), ...searchParams])
}
