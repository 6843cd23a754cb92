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
export function whatToAsk(
  request: InteractionRequest,
  { login, before = false, approved, remembered, rememberedItems = [] }: Progress,
  now: number,
): Questions {
  const { client, server } = request
  const demands = server.requests.demands(request)
  const { prompt = [] } = demands
  const loginReasons = login ? reasonsForLogin(request, demands, login, before, now) : ['login']

  const isTrusted = client.skipConsent === true && !prompt.includes('consent')
  const asksAgain = prompt.includes('consent') || alwaysAsks(client)
  const known = [...(asksAgain ? [] : (remembered ?? [])), ...(approved ?? [])]
  const scope = isTrusted ? [] : request.scope.filter((word) => !known.includes(word))
  // One without a key, such as a payment, is asked for each time, whatever the client is trusted with.
  const isKnown = (key: string | undefined): boolean =>
    key !== undefined && !asksAgain && (isTrusted || rememberedItems.includes(key))
  const items = server.requests.consents(request).filter(({ key }) => !isKnown(key))
  // Without any scope too: that the person is there is an answer in itself.
  const asksAnyway = asksAgain || (remembered === null && !isTrusted)
  const consent = approved === null && (asksAnyway || scope.length > 0 || items.length > 0)

  if (prompt.includes('none')) {
    if (loginReasons.length > 0) throw new OAuth2Error('login_required')
    if (consent) throw new OAuth2Error('consent_required')
  }
  const reasons = [...loginReasons, ...(consent ? ['consent'] : [])]
  return { login: loginReasons.length > 0, consent, scope, items, reasons }
}

function reasonsForLogin(
  { receivedAt }: InteractionRequest,
  { prompt = [], maxAge, subject, acrValues }: Demands,
  login: Login,
  before: boolean,
  now: number,
): readonly string[] {
  const isOld = before || login.authTime < receivedAt
  const reasons = {
    prompt_login: isOld && prompt.includes('login'),
    select_account: isOld && prompt.includes('select_account'),
    create_account: isOld && prompt.includes('create'), // OpenID Connect Prompt Create §4.1
    max_age: isOld && maxAge !== undefined && (maxAge === 0 || login.authTime + maxAge < now),
    other_subject: subject !== undefined && login.subject !== subject,
    acr: acrValues !== undefined && !acrValues.includes(login.acr ?? ''),
  }
  if (reasons.acr && !isOld) throw new OAuth2Error('unmet_authentication_requirements') // OpenID Connect Core §5.5.1.1: as a failed login
  return Object.entries(reasons).flatMap(([reason, applies]) => (applies ? [reason] : []))
}

/** Anyone can claim to be a native public client, so an earlier approval proves nothing. RFC 8252 §8.6 */
function alwaysAsks(client: Client): boolean {
  return client.skipConsent !== true && isPublicClient(client) && client.applicationType === 'native'
}
