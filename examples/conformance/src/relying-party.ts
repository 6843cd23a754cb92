/**
 * Our client as a relying party for conformance suites: one module of a plan per run. It plays the browser itself, and the last
 * line that it writes says what happened. A driver of the suite starts it when a module waits for a client.
 */

import { readForm, type Params } from '@authlib/core'
import { clientSecretBasic, clientSecretPost } from '@authlib/oauth2/client'
import { OpenIDClient, fetchUserinfo, logoutUrl } from '@authlib/oidc/client'

const REDIRECT_URI = 'https://rp.example/cb'
const AFTER_LOGOUT = 'https://rp.example/loggedout'
/** The person whom a provider of a suite knows needs no page: it answers at once. */
const MOST_HOPS = 8

export interface ModuleOptions {
  /** Name of the module, such as `oidcc-client-test-nonce-invalid`. */
  readonly module: string
  /** Of the provider that the suite plays. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** As the suite writes it: `client_auth_type`, `response_type`, `response_mode`. */
  readonly variant: Readonly<Record<string, string>>
}

/** Runs a module and tells what happened, step by step. Refusals are part of it: most modules want one. */
export async function runModule(options: ModuleOptions): Promise<string> {
  const told: string[] = []
  try {
    await drive(options, (text) => told.push(text))
  } catch (error) {
    const { code, message, reason } = error as { code?: string; message: string; reason?: string } // sound: an Error
    told.push(`refused: ${[code, message, reason].filter(Boolean).join(': ')}`)
  }
  return told.join('; ')
}

async function drive(options: ModuleOptions, say: (text: string) => void): Promise<void> {
  const name = options.module.replace(/^oidcc-client-test-?/, '')
  const client = createClient(options, name)
  const responseMode = options.variant['response_mode'] === 'form_post' ? 'form_post' : undefined
  const logIn = async () => {
    const error = name === 'form-post-error'
    const { url, login } = await client.createAuthorization({
      redirectUri: REDIRECT_URI,
      ...(responseMode && { responseMode }),
      ...(error && { prompt: ['none' as const], maxAge: 0 }),
    })
    const result = await client.finishAuthorization(await browse(url), login)
    say(`logged in as ${result.claims.sub}`)
    return result.token
  }

  if (/^discovery-(openid-config|issuer-mismatch)$/.test(name)) {
    say(`discovered ${String((await client.metadata()).token_endpoint)}`)
    return
  }
  const token = await logIn()
  if (name === 'discovery-jwks-uri-keys' || name === 'form-post-error') return
  if (name === 'signing-key-rotation') {
    await fetchUserinfo(client, token)
    await fetchUserinfo(client, await logIn())
  } else if (name.startsWith('refresh')) {
    say(`userinfo of ${(await fetchUserinfo(client, await client.refresh(token))).sub}`)
  } else if (name.includes('rp-init-logout')) {
    const state = 'logout-state-1'
    const url = await logoutUrl(client, { token, postLogoutRedirectUri: AFTER_LOGOUT, state })
    const back = await browse(String(url))
    if (typeof back === 'string') say(`back from the logout, ${back.includes(state) ? 'with' : 'without'} the state`)
  } else {
    say(`userinfo: ${Object.keys(await fetchUserinfo(client, token)).join(' ')}`)
  }
}

function createClient({ issuer, clientId, clientSecret, variant }: ModuleOptions, name: string): OpenIDClient {
  const auth = variant['client_auth_type']
  const everything = name === 'scope-userinfo-claims' || name === 'aggregated-claims'
  return new OpenIDClient({
    issuer,
    clientId,
    ...(auth === 'client_secret_post' && { clientAuth: clientSecretPost(clientSecret) }),
    ...(auth === 'client_secret_basic' && { clientAuth: clientSecretBasic(clientSecret) }),
    ...(auth === undefined && { clientSecret }),
    scope: everything ? ['profile', 'email', 'address', 'phone'] : name.startsWith('refresh') ? ['offline_access'] : [],
    ...(name === 'userinfo-signed' && { userinfoAlg: 'RS256' }),
    ...(variant['response_type'] === 'code id_token' && { responseType: 'code id_token' as const }),
  })
}

/** Goes where it is sent, until it comes back to us: the URL, or the form that was posted. */
async function browse(start: string): Promise<string | Params> {
  let url = start
  for (let hop = 0; hop < MOST_HOPS; hop++) {
    const response = await fetch(url, { redirect: 'manual', headers: { accept: 'text/html' } })
    const location = response.headers.get('location')
    if (location === null) return readPage(response.status, await response.text())
    url = new URL(location, url).href
    if (url.startsWith('https://rp.example/')) return url
  }
  throw new Error('too many redirects')
}

/** A page that posts a form to us. */
function readPage(status: number, page: string): Promise<Params> {
  if (!page.includes('https://rp.example/')) throw new Error(`the provider showed a page with status ${status}`)
  const fields = [...page.matchAll(/<input\b[^>]*>/g)].map(([tag]) => [attribute(tag, 'name'), attribute(tag, 'value')])
  const body = new URLSearchParams(fields.filter(([name]) => name !== '')).toString()
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' })
  return readForm({ method: 'POST', url: '/cb', headers, text: () => Promise.resolve(body) })
}

function attribute(tag: string, name: string): string {
  const [, value = ''] = new RegExp(`${name}="([^"]*)"`).exec(tag) ?? []
  return value
    .replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/&#(\d+);/g, (_, decimal: string) => String.fromCharCode(Number(decimal)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
