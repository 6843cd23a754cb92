/** The page of an account: passkeys, the password, and the end of all logins. */

import { escapeHtml, redirectResponse, type HttpRequest, type HttpResponse, type Params } from '@authlib/core'
import type { Endpoint, Login, Server } from '@authlib/oauth2/server'
import { signOutEverywhere } from '@authlib/oidc/server'
import { currentLogin, formKey, logIn, logOut, readOwnForm } from '../browser.ts'
import { PASSWORD, type Parts } from '../parts.ts'
import { PASSWORD_LENGTH } from '../passwords.ts'
import type { Passkey } from '../passkeys.ts'
import type { User } from '../users.ts'
import { alert, hiddenFields, inputField, show } from './layout.ts'
import { tooMany } from './login.ts'
import { passkeyForm } from './passkey-form.ts'
import { weakness } from './sign-up.ts'

/** Seconds since the login, after which changes to how one gets in need a new login. */
const FRESH = 900

interface Visit {
  readonly parts: Parts
  readonly http: HttpRequest
  readonly server: Server
  readonly login: Login
  readonly user: User
}

interface Notice {
  readonly problem: string
  readonly status: number
  readonly retryAfter?: number
}

/** By the value of the button. */
type Action = (visit: Visit, form: Params) => Promise<HttpResponse>

export function accountPages(parts: Parts): Readonly<Record<string, Endpoint['handle']>> {
  return {
    account: async (http, server) => {
      const login = await currentLogin(http, server)
      const user = login && (await parts.users.find(login.subject))
      if (!login || !user) return redirectResponse('login')
      const visit = { parts, http, server, login, user }
      if (http.method !== 'POST') return page(visit)
      const form = await readOwnForm(http, server)
      const action = actions.get(form.get('action') ?? '')
      return action === undefined ? page(visit) : action(visit, form)
    },
  }
}

const actions: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['add-passkey', fresh(addPasskey)],
  ['remove-passkey', fresh(removePasskey)],
  ['change-password', changePassword],
  ['log-out-everywhere', logOutEverywhere],
])

/** A browser that was left open is no reason to hand over the account. */
function fresh(action: Action): Action {
  return async (visit, form) => {
    const { login, server } = visit
    return server.clock() - login.authTime > FRESH ? redirectResponse('login') : action(visit, form)
  }
}

async function addPasskey(visit: Visit, form: Params): Promise<HttpResponse> {
  const { parts, http, server, user } = visit
  const { browser } = await formKey(http, server)
  const added = await parts.passkeys.add(user, browser, form.get('credential') ?? '')
  return added ? redirectResponse('account') : page(visit, { problem: 'The passkey could not be added.', status: 400 })
}

async function removePasskey({ parts, user }: Visit, form: Params): Promise<HttpResponse> {
  await parts.passkeys.remove(user.id, form.get('passkey') ?? '')
  return redirectResponse('account')
}

/** Whoever knew the old one is logged out everywhere, and so is everybody else. */
async function changePassword(visit: Visit, form: Params): Promise<HttpResponse> {
  const { parts, http, server, user } = visit
  const password = form.get('new_password') ?? ''
  const problem = weakness(password)
  if (problem !== null) return page(visit, { problem, status: 400 })
  const wait = await parts.attempts.begin(user.email, http.remoteAddress)
  if (wait > 0) return page(visit, tooMany(wait))
  if ((await parts.users.check(user.email, form.get('current_password') ?? '')) === null)
    return page(visit, { problem: 'The current password is wrong.', status: 401 })
  await parts.attempts.succeeded(user.email, http.remoteAddress)
  await parts.users.changePassword(user.id, password)
  await signOutEverywhere(server, user.id)
  const { headers } = await logIn(http, server, { subject: user.id, ...PASSWORD })
  return redirectResponse('account', headers)
}

async function logOutEverywhere({ http, server, user }: Visit): Promise<HttpResponse> {
  await signOutEverywhere(server, user.id) // sessions, tokens, and the clients are told
  return redirectResponse('login', await logOut(http, server))
}

async function page({ parts, http, server, user, login }: Visit, notice?: Notice): Promise<HttpResponse> {
  const key = await formKey(http, server)
  const passkeys = await parts.passkeys.list(user.id)
  const options = await parts.passkeys.askForNew(user, key.browser)
  const fields = hiddenFields(key, null)
  const { least } = PASSWORD_LENGTH
  const action = (name: string): string => `<input type="hidden" name="action" value="${name}">`
  return show(server, key, {
    title: user.name,
    ...(notice && { status: notice.status, retryAfter: notice.retryAfter }),
    body: `<p class="lead">${escapeHtml(user.email)}</p>
${alert(notice?.problem)}
<h2>Passkeys</h2>
${passkeys.length === 0 ? '<p>A passkey logs you in without a password: with your fingerprint, your face or the PIN of your device.</p>' : `<ul>${passkeys.map((passkey, index) => entry(passkey, index, fields)).join('')}</ul>`}
${passkeyForm({ kind: 'create', options, fields: `${fields}${action('add-passkey')}`, button: 'Add a passkey' })}
<h2>Password</h2>
<form method="post">${fields}${action('change-password')}
<input type="hidden" name="username" autocomplete="username" value="${escapeHtml(user.email)}">
${inputField({ label: 'Current password', name: 'current_password', type: 'password', autocomplete: 'current-password' })}
${inputField({ label: 'New password', name: 'new_password', type: 'password', autocomplete: 'new-password', minLength: least, hint: `At least ${least} characters. You are logged out everywhere else.` })}
<button class="quiet wide">Change password</button>
</form>
<h2>Logins</h2>
<p>You logged in at <time>${escapeHtml(day(login.authTime))}</time>.</p>
<form method="post">${fields}${action('log-out-everywhere')}<div class="actions"><button class="quiet">Log out everywhere</button></div></form>
<p class="note"><a href="end_session">Log out here</a></p>`,
  })
}

function entry({ id, createdAt, usedAt }: Passkey, index: number, fields: string): string {
  const used = usedAt === null ? 'not used yet' : `last used ${day(usedAt)}`
  return `<li><span>Passkey ${index + 1}<br><span class="hint">added ${day(createdAt)}, ${used}</span></span>
<form method="post">${fields}<input type="hidden" name="passkey" value="${escapeHtml(id)}"><input type="hidden" name="action" value="remove-passkey"><button class="link" aria-label="Remove passkey ${index + 1}">Remove</button></form></li>`
}

function day(time: number): string {
  return `${new Date(time * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
