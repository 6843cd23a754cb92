/**
 * What a person must be asked before a request can be answered. Computed here and nowhere else.
 *
 * @spec OpenID Connect Core §3.1.2.1 §5.5.1.1
 */

import { OAuth2Error } from '../../errors.ts'
import { isPublicClient, type Client } from '../contract/client.ts'
import type { ConsentItem, Demands, Login } from '../contract/interaction.ts'
import type { InteractionRequest } from '../contract/requests.ts'

/** The state of an interaction: who has logged in, and whether since the request came in they approved. */
export interface Progress {
  readonly login: Login | null
  /** The login was there before the request came, be it in the same second. Default: its time decides. */
  readonly before?: boolean | undefined
  /** Scope approved in this interaction. */
  readonly approved: readonly string[] | null
  /** Scope approved in earlier ones; null when there were none. */
  readonly remembered: readonly string[] | null
  /** Keys of the items approved in earlier ones. Default: none. */
  readonly rememberedItems?: readonly string[] | undefined
}

/** What is left to ask. */
export interface Questions {
  /** Empty: nothing is left to ask. */
  readonly reasons: readonly string[]
  readonly login: boolean
  readonly consent: boolean
  /** Scope that was not approved yet. */
  readonly scope: readonly string[]
  /** What else was not approved yet. */
  readonly items: readonly ConsentItem[]
}

/**
 * What is left to ask before a request can be answered.
 *
 * @throws OAuth2Error `login_required`, `consent_required` when the request forbids asking, and
 * `unmet_authentication_requirements` when a new login is none of those that are demanded
 */
export function whatToAsk(request: InteractionRequest, progress: Progress, now: number): Questions {
  const demands = request.server.requests.demands(request)
  const { prompt = [] } = demands
  const loginReasons = reasonsForLogin(request, demands, progress, now)
  const scope = scopeToApprove(request, prompt, progress)
  const items = itemsToApprove(request, prompt, progress)
  const consent =
    progress.approved === null &&
    (scope.length > 0 || items.length > 0 || prompt.includes('consent') || asksAnyway(request.client, progress))
  if (prompt.includes('none')) {
    if (loginReasons.length > 0) throw new OAuth2Error('login_required')
    if (consent) throw new OAuth2Error('consent_required')
  }
  const login = loginReasons.length > 0
  return { login, consent, scope, items, reasons: [...loginReasons, ...(consent ? ['consent'] : [])] }
}

function reasonsForLogin(
  request: InteractionRequest,
  { prompt = [], maxAge, subject, acrValues }: Demands,
  { login, before = false }: Progress,
  now: number,
): string[] {
  if (!login) return ['login']
  const fresh = !before && login.authTime >= request.receivedAt
  const reasons: string[] = []
  if (prompt.includes('login') && !fresh) reasons.push('prompt_login')
  if (prompt.includes('select_account') && !fresh) reasons.push('select_account')
  if (prompt.includes('create') && !fresh) reasons.push('create_account') // OpenID Connect Prompt Create §4.1
  if (maxAge !== undefined && (maxAge === 0 || login.authTime + maxAge < now) && !fresh) reasons.push('max_age')
  if (subject !== undefined && login.subject !== subject) reasons.push('other_subject')
  if (acrValues !== undefined && !acrValues.includes(login.acr ?? '')) {
    if (fresh) throw new OAuth2Error('unmet_authentication_requirements') // OpenID Connect Core §5.5.1.1: as a failed login
    reasons.push('acr')
  }
  return reasons
}

function scopeToApprove(
  { client, scope }: InteractionRequest,
  prompt: readonly string[],
  progress: Progress,
): readonly string[] {
  if (client.skipConsent === true && !prompt.includes('consent')) return []
  const known = prompt.includes('consent') || alwaysAsks(client) ? [] : (progress.remembered ?? [])
  return scope.filter((word) => !known.includes(word) && !(progress.approved ?? []).includes(word))
}

/** One without a key, such as a payment, is asked for each time, whatever the client is trusted with. */
function itemsToApprove(
  request: InteractionRequest,
  prompt: readonly string[],
  { rememberedItems = [] }: Progress,
): readonly ConsentItem[] {
  const { client, server } = request
  const again = prompt.includes('consent') || alwaysAsks(client)
  return server.requests.consents(request).filter(({ key }) => {
    if (key === undefined || again) return true
    return client.skipConsent !== true && !rememberedItems.includes(key)
  })
}

/** Without any scope too: that the person is there is an answer in itself. */
function asksAnyway(client: Client, { remembered }: Progress): boolean {
  return alwaysAsks(client) || (remembered === null && client.skipConsent !== true)
}

/** Anyone can claim to be a native public client, so an earlier approval proves nothing. RFC 8252 §8.6 */
function alwaysAsks(client: Client): boolean {
  return client.skipConsent !== true && isPublicClient(client) && client.applicationType === 'native'
}
