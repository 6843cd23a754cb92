/** One message of a flow and its answer, as the client saw them, fit to be shown and kept: what is secret is shortened. */

import { type Json, type JsonObject } from '@authlib/core'
import { decodeBase64, decodeUtf8, parseJson } from '@authlib/core/kit'

export type Party = 'browser' | 'client' | 'provider' | 'api'

/** Plain JSON, so that it can be stored. */
export type Exchange = {
  readonly from: Party
  readonly to: Party
  /** The message went through the browser, by redirect: no one answers it directly. */
  readonly redirect: boolean
  readonly method: string
  /** Without its query. */
  readonly url: string
  readonly headers: Headers
  /** Parameters of the query or the form, members of a JSON body. */
  readonly sent: JsonObject
  /** 0: there was no answer. */
  readonly status: number
  readonly answerHeaders: Headers
  readonly received: JsonObject
}

type Headers = Readonly<Record<string, string>>

const SECRET: ReadonlySet<string> = new Set([
  'code',
  'code_verifier',
  'access_token',
  'refresh_token',
  'id_token',
  'token',
  'client_secret',
])
/** Not secret, but long and random: shown by their beginning and end like the secrets. */
const OPAQUE: ReadonlySet<string> = new Set(['state', 'nonce', 'code_challenge', 'at_hash'])

/** A redirect through the browser, as its URL tells. */
export function redirectExchange(from: Party, to: Party, url: URL): Exchange {
  const sent = Object.fromEntries(url.searchParams)
  return {
    ...{ from, to, redirect: true, method: 'GET', url: url.origin + url.pathname },
    ...{ headers: {}, sent: shortenMembers(sent), status: 303, answerHeaders: {}, received: {} },
  }
}

/** A request of the client itself. `answer` is null when the server could not be reached. */
export async function directExchange(to: Party, request: Request, answer: Response | null): Promise<Exchange> {
  const url = new URL(request.url)
  const sent = { ...Object.fromEntries(url.searchParams), ...readBody(await request.text(), request.headers) }
  const received = answer ? readBody(await answer.text(), answer.headers) : {}
  return {
    ...{ from: 'client', to, redirect: false, method: request.method, url: url.origin + url.pathname },
    headers: pick(request.headers, ['authorization', 'content-type']),
    sent: shortenMembers(sent),
    status: answer?.status ?? 0,
    answerHeaders: answer ? pick(answer.headers, ['content-type', 'cache-control', 'www-authenticate']) : {},
    received: shortenMembers(received),
  }
}

/** The two ends are enough to tell that two are the same, and too little to use one. */
function shorten(text: string): string {
  return text.length < 24 ? '…' : `${text.slice(0, 6)}…${text.slice(-4)}`
}

export function shortenMembers(members: JsonObject): JsonObject {
  const entries = Object.entries(members).map(([name, value]): [string, Json | undefined] => {
    const hidden = typeof value === 'string' && (SECRET.has(name) || (OPAQUE.has(name) && value.length >= 24))
    return [name, hidden ? shorten(value) : value]
  })
  return Object.fromEntries(entries)
}

function pick(headers: globalThis.Headers, names: readonly string[]): Headers {
  const found = names.flatMap((name) => {
    const value = headers.get(name)
    return value === null ? [] : [[name, name === 'authorization' ? hideCredential(value) : value] as const]
  })
  return Object.fromEntries(found)
}

/** Who it is may be seen, how it is proven may not. */
function hideCredential(value: string): string {
  const [scheme = '', credential = ''] = value.split(' ')
  if (scheme !== 'Basic') return `${scheme} ${shorten(credential)}`
  const [clientId = ''] = decodeUtf8(decodeBase64(credential)).split(':')
  return `Basic ${clientId}:…`
}

function readBody(text: string, headers: globalThis.Headers): JsonObject {
  const type = headers.get('content-type') ?? ''
  if (type.startsWith('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(text))
  if (!type.includes('json')) return {}
  try {
    const value = parseJson(text)
    return typeof value === 'object' && value !== null ? (value as JsonObject) : {} // sound: JSON, and no bare value
  } catch {
    return {}
  }
}
