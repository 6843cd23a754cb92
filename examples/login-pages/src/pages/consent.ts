/** The consent page: who asks, and for what. */

import { escapeHtml, isHttps, type HttpResponse } from '@authlib/core'
import {
  forgetConsent,
  type Client,
  type ConsentItem,
  type Endpoint,
  type PendingInteraction,
  type Server,
} from '@authlib/oauth2/server'
import { formKey, readOwnForm, type FormKey } from '../browser.ts'
import type { Parts } from '../parts.ts'
import { hiddenFields, show } from './layout.ts'

/** What each scope value allows, in words. Add those of your APIs. */
const SCOPES: Readonly<Record<string, string>> = {
  openid: 'Know who you are',
  profile: 'See your name',
  email: 'See your e-mail address',
  offline_access: 'Stay connected while you are away',
  'notes:read': 'Read your notes',
}

export function consentPage({ users }: Parts): Endpoint['handle'] {
  return async (http, server) => {
    if (http.method !== 'POST') {
      const pending = await server.interaction.resume(http)
      const user = pending.login && (await users.find(pending.login.subject))
      return page(server, await formKey(http, server), pending, user?.email ?? '')
    }
    const form = await readOwnForm(http, server)
    const pending = await server.interaction.resume(http)
    if (form.get('decision') === 'approve') return pending.approve({ scope: form.all('scope') })
    if (pending.login) await forgetConsent(server, pending.login.subject, pending.client.clientId)
    return pending.deny()
  }
}

function page(server: Server, key: FormKey, pending: PendingInteraction, email: string): HttpResponse {
  const { client, scope, items, request } = pending
  const name = escapeHtml(client.clientName ?? client.clientId)
  const boxes = scope.map((word) => scopeBox(word))
  const images = link(client, 'logo_uri')
  const target = request.kind === 'authorization' ? new URL(request.redirectUri) : null
  return show(server, key, {
    title: `Allow ${client.clientName ?? client.clientId}?`,
    images,
    body: `${images.map((url) => `<img src="${escapeHtml(url)}" alt="">`).join('')}
<p class="lead">You are logged in as ${escapeHtml(email)}</p>
<form method="post">
${hiddenFields(key, pending)}
<fieldset><legend><strong>${name}</strong> ${boxes.length + items.length === 0 ? 'asks to go on. It asks for nothing that you have not allowed before.' : 'asks to:'}</legend>
${[...boxes, ...items.map(describe)].join('\n')}
</fieldset>
<div class="actions"><button name="decision" value="deny" class="quiet">Deny</button><button name="decision" value="approve">Allow</button></div>
</form>
<p class="note">${target === null ? '' : `You go on to ${escapeHtml(target.host || target.protocol)}. `}${documents(client)}</p>`,
  })
}

/** Without openid there is no login to answer with: it goes along, or the person denies. */
function scopeBox(word: string): string {
  const text = escapeHtml(SCOPES[word] ?? word)
  const fixed = word === 'openid'
  const box = fixed ? 'disabled' : `name="scope" value="${escapeHtml(word)}"`
  const hidden = fixed ? '<input type="hidden" name="scope" value="openid">' : ''
  return `<label class="check"><input type="checkbox" checked ${box}>${text}</label>${hidden}`
}

/** A single claim, a resource, a payment: what was asked for beside scope. */
function describe({ type, value }: ConsentItem): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `<p class="check">${escapeHtml(type.replaceAll('_', ' '))}: ${escapeHtml(text)}</p>`
}

function documents(client: Client): string {
  const labels = { client_uri: 'Website', policy_uri: 'Privacy policy', tos_uri: 'Terms of service' }
  return Object.entries(labels)
    .flatMap(([member, label]) =>
      link(client, member).map(
        (url) => `<a href="${escapeHtml(url)}" target="_blank" rel="noopener noreferrer">${label}</a>`,
      ),
    )
    .join(' · ')
}

function link({ metadata }: Client, member: string): readonly string[] {
  const url = metadata[member]
  return typeof url === 'string' && isHttps(url) && URL.canParse(url) ? [url] : []
}
