/** The page that makes an account, and logs in to it. Clients open it with `prompt=create`. */

import { escapeHtml, type HttpResponse } from '@authlib/core'
import type { Endpoint } from '@authlib/oauth2/server'
import { formKey } from '../browser.ts'
import { PASSWORD, type Parts } from '../parts.ts'
import { PASSWORD_LENGTH } from '../passwords.ts'
import { alert, hiddenFields, inputField, show } from './layout.ts'
import { tooMany, visitOf, welcome, type Visit } from './login.ts'

interface Problem {
  readonly problem: string
  readonly status: number
  readonly retryAfter?: number
  /** The name of the field that is wrong. */
  readonly field?: string
}

export function signUpPage({ users, attempts }: Parts): Endpoint['handle'] {
  return async (http, server) => {
    const visit = await visitOf(http, server)
    const { form } = visit
    if (form === null) return page(visit)
    const [name, email, password] = ['name', 'email', 'password'].map((field) => form.get(field)?.trim() ?? '') as [
      string,
      string,
      string,
    ]
    const mistake = mistakeIn(name, email, password)
    if (mistake !== null) return page(visit, mistake)
    const wait = await attempts.begin(email, http.remoteAddress) // making accounts costs time as well
    if (wait > 0) return page(visit, tooMany(wait))
    const user = await users.create({ email, name }, form.get('password') ?? '')
    if (user !== null) return welcome(visit, { subject: user.id, ...PASSWORD })
    return page(visit, { problem: 'There is an account with this address already.', status: 409, field: 'email' })
  }
}

function mistakeIn(name: string, email: string, password: string): Problem | null {
  if (name === '' || name.length > 100)
    return { problem: 'Enter a name of at most 100 characters.', status: 400, field: 'name' }
  if (!/^[^\s@]{1,64}@[^\s@]{1,189}$/.test(email))
    return { problem: 'Enter an e-mail address.', status: 400, field: 'email' }
  const problem = weakness(password)
  return problem === null ? null : { problem, status: 400, field: 'password' }
}

/** What is wrong with a new password; null for nothing. Look it up in a list of leaked ones here, if you have one. */
export function weakness(password: string): string | null {
  const { least, most } = PASSWORD_LENGTH
  if (password.length < least || password.length > most) return `A password has ${least} to ${most} characters.`
  return new Set(password).size < 5 ? 'This password repeats a few characters.' : null
}

async function page(visit: Visit, problem?: Problem): Promise<HttpResponse> {
  const { http, server, pending, form } = visit
  const key = await formKey(http, server)
  const client = pending && escapeHtml(pending.client.clientName ?? pending.client.clientId)
  const invalid = (field: string): boolean => problem?.field === field
  const query =
    pending === null ? '' : `?${new URLSearchParams({ interaction: pending.handle, existing: '' }).toString()}`
  return show(server, key, {
    title: 'Create an account',
    ...(problem && { status: problem.status, retryAfter: problem.retryAfter }),
    body: `${client === null ? '' : `<p class="lead">to continue to <strong>${client}</strong></p>`}
${alert(problem?.problem)}
<form method="post">
${hiddenFields(key, pending)}
${inputField({ label: 'Name', name: 'name', type: 'text', autocomplete: 'name', value: form?.get('name') ?? '', invalid: invalid('name'), focus: problem === undefined })}
${inputField({ label: 'E-mail address', name: 'email', type: 'email', autocomplete: 'username', value: form?.get('email') ?? pending?.request.params.get('login_hint') ?? '', invalid: invalid('email') })}
${inputField({ label: 'Password', name: 'password', type: 'password', autocomplete: 'new-password', minLength: PASSWORD_LENGTH.least, hint: `At least ${PASSWORD_LENGTH.least} characters. A few words are fine.`, invalid: invalid('password') })}
<button class="wide">Create account</button>
</form>
<p class="note">You have one? <a href="login${escapeHtml(query)}">Log in</a></p>`,
  })
}
