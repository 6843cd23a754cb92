/** The HTML of the development pages. */

import { escapeHtml, isHttps, type Page } from '@authlib/core'
import { isValidUrl } from '@authlib/core/kit'
import type { Client } from '../contract/client.ts'
import type { ConsentItem, PendingInteraction } from '../contract/interaction.ts'

/** `refused` is the username that came with a wrong password. */
export function loginPage({ client, handle }: PendingInteraction, refused?: string): Page {
  const name = escapeHtml(client.clientName ?? client.clientId)
  const again = refused !== undefined
  const [described, focus] = [again ? ' aria-invalid="true" aria-describedby="error"' : '', ' autofocus']
  const { images, html } = logoOf(client)
  return {
    title: 'Log in',
    images,
    body: `${html}<p>to continue to <strong>${name}</strong></p>
${again ? '<p class="error" role="alert" id="error">Incorrect username or password.</p>' : ''}
<form method="post">
${handleField(handle)}
<label>Username <input type="text" name="username" value="${escapeHtml(refused ?? '')}" autocomplete="username" autocapitalize="none" spellcheck="false" required${described}${again ? '' : focus}></label>
<label>Password <input type="password" name="password" autocomplete="current-password" required${described}${again ? focus : ''}></label>
<div class="actions"><button>Log in</button></div>
</form>
<p class="note">Development login: the password is the username, unless another one was set.</p>
${documentsOf(client)}`,
  }
}

export function consentPage(
  { client, handle, scope, items, login, request }: PendingInteraction,
  descriptions: Readonly<Record<string, string>>,
): Page {
  const known = new Map(Object.entries({ ...standard, ...descriptions }))
  const name = escapeHtml(client.clientName ?? client.clientId)
  const subject = escapeHtml(login?.subject ?? '')
  const further = items.map(describeItem)
  const boxes = scope.map((word) => {
    // Without openid there is no login to answer with: it goes along, or the person denies.
    const fixed = word === 'openid' ? `<input type="hidden" name="scope" value="openid">` : ''
    const box = fixed === '' ? `name="scope" value="${escapeHtml(word)}" checked` : 'checked disabled'
    return `<label class="check"><input type="checkbox" ${box}>${fixed} ${describeScope(word, known.get(word))}</label>`
  })
  const { images, html } = logoOf(client)
  return {
    title: `Allow ${client.clientName ?? client.clientId}?`,
    images,
    body: `${html}<form method="post">
${handleField(handle)}
${
  boxes.length === 0 && further.length === 0
    ? `<p><strong>${name}</strong> would like to go on for you, <strong>${subject}</strong>. It asks for nothing that you have not allowed before.</p>`
    : `<fieldset><legend><strong>${name}</strong> would like to act for you, <strong>${subject}</strong>:</legend>\n${[...boxes, ...further].join('\n')}\n</fieldset>`
}
<input type="hidden" name="choose" value="scope">
<div class="actions"><button name="decision" value="approve">Allow</button> <button name="decision" value="deny" class="quiet">Deny</button></div>
</form>
${documentsOf(client)}
${request.kind === 'authorization' ? backTo(request.redirectUri) : ''}`,
  }
}

/** What is to be approved beside scope: a resource by its address, anything else member by member. */
function describeItem({ type, value }: ConsentItem): string {
  if (typeof value === 'string')
    return `<p class="item">${escapeHtml(words(type))} <code>${escapeHtml(value)}</code></p>`
  const members = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { value }
  const rows = Object.entries(members).map(([name, member]) => {
    const text = typeof member === 'string' ? member : JSON.stringify(member)
    return `<dt>${escapeHtml(words(name))}</dt><dd>${escapeHtml(text)}</dd>`
  })
  return `<div class="item"><p>${escapeHtml(words(type))}</p><dl>${rows.join('')}</dl></div>`
}

/** `authorization_details` is for programs. */
function words(name: string): string {
  return name.replaceAll('_', ' ')
}

export function logoutPage(): Page {
  return {
    title: 'Log out?',
    body: `<p>You will have to log in here again. Applications end their own sessions themselves.</p>
<form method="post"><div class="actions"><button>Log out</button></div></form>`,
  }
}

export function loggedOutPage(): Page {
  return { title: 'You are logged out', body: '<p>You can close this page, or go back to the application.</p>' }
}

/** The logo of the client, and where the page may load it from. OpenID Connect Registration §2 */
function logoOf(client: Client): { readonly images: readonly string[]; readonly html: string } {
  const url = documentUrl(client, 'logo_uri')
  if (url === undefined) return { images: [], html: '' }
  return { images: [url], html: `<img class="logo" src="${escapeHtml(url)}" alt="">\n` }
}

/** What a client says about itself, for the person to read. OpenID Connect Registration §2 */
function documentsOf(client: Client): string {
  const links = Object.entries(documents).flatMap(([member, label]) => {
    const url = documentUrl(client, member)
    return url !== undefined
      ? [`<a href="${escapeHtml(url)}" target="_blank" rel="noopener noreferrer">${label}</a>`]
      : []
  })
  return links.length === 0 ? '' : `<p class="note">${links.join(' · ')}</p>`
}

function documentUrl({ metadata }: Client, member: string): string | undefined {
  const url = metadata[member]
  return typeof url === 'string' && isHttps(url) && isValidUrl(url) ? url : undefined
}

const documents = { client_uri: 'Website', policy_uri: 'Privacy policy', tos_uri: 'Terms of service' }

function backTo(redirectUri: string): string {
  return `<p class="note">You will go back to ${escapeHtml(new URL(redirectUri).host || redirectUri)}.</p>`
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
  return `<span>${described === undefined ? code : `${escapeHtml(described)} ${code}`}</span>`
}
