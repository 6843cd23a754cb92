/** The HTML of the development pages. */

import { escapeHtml } from '@authlib/core'
import type { PendingInteraction } from '../feature.ts'
import { page } from '../page.ts'

export function loginPage({ client, handle }: PendingInteraction, error?: string): string {
  return page(
    'Log in',
    `<p>to continue to <strong>${escapeHtml(client.clientName ?? client.clientId)}</strong></p>
${error === undefined ? '' : `<p class="error" role="alert">${escapeHtml(error)}</p>`}
<form method="post">
${handleField(handle)}
<label>Username <input type="text" name="username" autocomplete="username" autocapitalize="none" required autofocus></label>
<label>Password <input type="password" name="password" autocomplete="current-password" required></label>
<div class="actions"><button>Log in</button></div>
</form>
<p class="note">Development login: the password is the username.</p>`,
  )
}

export function consentPage(
  { client, handle, scope, login, request }: PendingInteraction,
  descriptions: Readonly<Record<string, string>>,
): string {
  const known = new Map(Object.entries({ ...standard, ...descriptions }))
  const name = escapeHtml(client.clientName ?? client.clientId)
  const boxes = scope.map((word) => {
    // Without openid there is no login to answer with: it goes along, or the person denies.
    const fixed = word === 'openid' ? `<input type="hidden" name="scope" value="openid">` : ''
    const box = fixed === '' ? `name="scope" value="${escapeHtml(word)}" checked` : 'checked disabled'
    return `<label class="check"><input type="checkbox" ${box}>${fixed} <span>${describeScope(word, known.get(word))}</span></label>`
  })
  return page(
    `Allow ${client.clientName ?? client.clientId}?`,
    `<p><strong>${name}</strong> would like to act for you, <strong>${escapeHtml(login?.subject ?? '')}</strong>:</p>
<form method="post">
${handleField(handle)}
${boxes.join('\n')}
<input type="hidden" name="choose" value="scope">
<div class="actions"><button name="decision" value="approve">Allow</button> <button name="decision" value="deny" class="quiet">Deny</button></div>
</form>
<p class="note">You will go back to ${escapeHtml(new URL(request.redirectUri).host || request.redirectUri)}.</p>`,
  )
}

export function logoutPage(): string {
  return page(
    'Log out?',
    `<p>You will have to log in here again. Applications end their own sessions themselves.</p>
<form method="post"><div class="actions"><button>Log out</button></div></form>`,
  )
}

export function loggedOutPage(): string {
  return page('You are logged out', '<p>You can close this page, or go back to the application.</p>')
}

function handleField(handle: string): string {
  return `<input type="hidden" name="interaction" value="${escapeHtml(handle)}">`
}

const standard = {
  openid: 'know who you are',
  profile: 'see your name and profile',
  email: 'see your e-mail address',
  address: 'see your postal address',
  phone: 'see your phone number',
  offline_access: 'stay connected while you are away',
}

function describeScope(word: string, described: string | undefined): string {
  const code = `<code>${escapeHtml(word)}</code>`
  return described === undefined ? code : `${escapeHtml(described)} ${code}`
}
