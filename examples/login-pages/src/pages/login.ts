/** The login page, for requests of clients and for people who come to see their account. */

import {
  escapeHtml,
  readQuery,
  redirectResponse,
  type HttpRequest,
  type HttpResponse,
  type Params,
} from '@authlib/core'
import { OAuth2Error } from '@authlib/oauth2'
import {
  AuthorizationError,
  type Endpoint,
  type Login,
  type PendingInteraction,
  type Server,
} from '@authlib/oauth2/server'
import { currentLogin, formKey, logIn, readOwnForm } from '../browser.ts'
import { PASSKEY, PASSWORD, type Parts } from '../parts.ts'
import { alert, hiddenFields, inputField, show } from './layout.ts'
import { passkeyForm } from './passkey-form.ts'

/** Why somebody did not get in. */
interface Problem {
  readonly problem: string
  readonly status: number
  readonly retryAfter?: number
}

/** A visit: the page is shown or posted. `pending` is null for somebody whom no client has sent. */
export interface Visit {
  readonly http: HttpRequest
  readonly server: Server
  readonly pending: PendingInteraction | null
  readonly form: Params | null
}

export function loginPage(parts: Parts): Endpoint['handle'] {
  return async (http, server) => {
    const visit = await visitOf(http, server)
    const { pending, form } = visit
    if (form === null) {
      const create = pending?.request.params.get('prompt')?.split(' ').includes('create') === true
      if (create && !readQuery(http).has('existing')) return redirectResponse(signUpUrl(visit))
      return page(parts, visit)
    }
    if (form.get('decision') === 'cancel') return pending === null ? redirectResponse('account') : pending.deny()
    const person =
      (form.get('credential') ?? '') !== '' ? await byPasskey(parts, visit, form) : await byPassword(parts, visit, form)
    return 'problem' in person ? page(parts, visit, person) : welcome(visit, person)
  }
}

export async function visitOf(http: HttpRequest, server: Server): Promise<Visit> {
  const form = http.method === 'POST' ? await readOwnForm(http, server) : null
  const asked = (form ?? readQuery(http)).has('interaction')
  return { http, server, form, pending: asked ? await server.interaction.resume(http) : null }
}

/** On to the client, or to the account. */
export async function welcome(
  { http, server, pending }: Visit,
  person: Pick<Login, 'subject' | 'acr' | 'amr'>,
): Promise<HttpResponse> {
  const { login, headers } = await logIn(http, server, person)
  const tooWeak = needsPasskey(pending) && login.acr !== PASSKEY.acr // somebody who has just signed up has no passkey yet
  const response = pending === null || tooWeak ? redirectResponse('account') : await pending.loggedIn(login)
  return { ...response, headers: [...response.headers, ...headers] }
}

/** The sign-up and the login page, for the same request. */
function signUpUrl({ pending }: Visit): string {
  return pending === null ? 'sign-up' : `sign-up?${new URLSearchParams({ interaction: pending.handle }).toString()}`
}

type Person = Pick<Login, 'subject' | 'acr' | 'amr'>

async function byPassword({ users, attempts }: Parts, visit: Visit, form: Params): Promise<Person | Problem> {
  if (needsPasskey(visit.pending)) return { problem: 'The application asks for a passkey.', status: 403 }
  const { remoteAddress } = visit.http
  const email = form.get('email') ?? ''
  const wait = await attempts.begin(email, remoteAddress)
  if (wait > 0) return tooMany(wait)
  const user = await users.check(email, form.get('password') ?? '')
  if (user === null) return { problem: 'The e-mail address or the password is wrong.', status: 401 }
  await attempts.succeeded(email, remoteAddress)
  return { subject: user.id, ...PASSWORD }
}

/** Nobody guesses passkeys: an account that is locked for passwords stays open for its owner. */
async function byPasskey({ passkeys }: Parts, { http, server }: Visit, form: Params): Promise<Person | Problem> {
  const { browser } = await formKey(http, server)
  const userId = await passkeys.check(browser, form.get('credential') ?? '')
  if (userId === null) return { problem: 'This passkey is not known here, or the page was open too long.', status: 401 }
  return { subject: userId, ...PASSKEY }
}

export function tooMany(seconds: number): Problem {
  const minutes = Math.ceil(seconds / 60)
  const time = minutes === 1 ? 'a minute' : `${minutes} minutes`
  return { problem: `There were too many attempts. Try again in ${time}.`, status: 429, retryAfter: seconds }
}

async function page(parts: Parts, visit: Visit, problem?: Problem): Promise<HttpResponse> {
  const { http, server, pending, form } = visit
  const demanded = demandedAcr(pending)
  if (demanded !== undefined && ![PASSKEY.acr, PASSWORD.acr].some((acr) => demanded.includes(acr))) throw unmet(pending)
  const key = await formKey(http, server)
  const options = await parts.passkeys.ask(key.browser)
  const fields = hiddenFields(key, pending)
  const client = pending && escapeHtml(pending.client.clientName ?? pending.client.clientId)
  const present = (await currentLogin(http, server))?.subject ?? pending?.login?.subject
  const known = present === undefined ? null : await parts.users.find(present)
  const email = form?.get('email') ?? pending?.request.params.get('login_hint') ?? known?.email ?? ''
  const passkeyOnly = needsPasskey(pending)
  const lead = client === null ? 'to see your account' : `to continue to <strong>${client}</strong>`
  const cancel = `<p class="note"><button class="link" name="decision" value="cancel" form="cancel" formnovalidate>Cancel and go back</button></p>`
  return show(server, key, {
    title: 'Log in',
    ...(problem && { status: problem.status, retryAfter: problem.retryAfter }),
    body: `<p class="lead">${lead}</p>
${alert(problem?.problem)}
${explain(pending, passkeyOnly)}
${passkeyForm({ kind: 'get', options, fields, button: 'Log in with a passkey', after: passkeyOnly ? '' : '<p class="or">or</p>' })}
${passkeyOnly ? '' : passwordForm(fields, email, problem)}
<p class="note">No account yet? <a href="${escapeHtml(signUpUrl(visit))}">Create an account</a></p>
${pending === null ? '' : `<form method="post" id="cancel">${fields}</form>${cancel}`}`,
  })
}

function passwordForm(fields: string, email: string, problem: Problem | undefined): string {
  const invalid = problem?.status === 401
  return `<form method="post">
${fields}
${inputField({ label: 'E-mail address', name: 'email', type: 'email', autocomplete: 'username', value: email, invalid, focus: email === '' })}
${inputField({ label: 'Password', name: 'password', type: 'password', autocomplete: 'current-password', invalid, focus: email !== '' })}
<button class="wide">Log in</button>
</form>`
}

/** Why somebody who is logged in is asked again. */
function explain(pending: PendingInteraction | null, passkeyOnly: boolean): string {
  const reasons = pending?.reasons ?? []
  const text = passkeyOnly
    ? 'The application asks for a login with a passkey. You can add one to your account on the page of your account.'
    : reasons.includes('other_subject')
      ? 'The application asks for another account than the one that is logged in here.'
      : reasons.includes('select_account')
        ? 'Choose the account to go on with, and log in to it.'
        : reasons.some((reason) => ['prompt_login', 'max_age'].includes(reason))
          ? 'Please confirm that it is you.'
          : undefined
  return text === undefined ? '' : `<p class="calm">${text}</p>`
}

/** Contexts of which one must be met; undefined when all are welcome. */
function demandedAcr(pending: PendingInteraction | null): readonly string[] | undefined {
  return pending?.request.server.requests.demands(pending.request).acrValues
}

function needsPasskey(pending: PendingInteraction | null): boolean {
  return demandedAcr(pending)?.includes(PASSWORD.acr) === false
}

/** No login here can be what the client must have. OpenID Connect Core Unmet Authentication Requirements §2 */
function unmet(pending: PendingInteraction | null): AuthorizationError {
  const error = new OAuth2Error('unmet_authentication_requirements')
  return new AuthorizationError(error, pending?.request.kind === 'authorization' ? pending.request : null)
}
