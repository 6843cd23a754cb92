/** The pages, as plain HTML. */

import { escapeHtml, type LoginSession } from '@authlib/core'

export const welcomePage = page('My App', '<p><a href="/account">Log in</a></p>')

/** Who is signed in, and in which browsers. */
export function accountPage(current: LoginSession, all: readonly LoginSession[]): string {
  const { name } = current.data
  const known = escapeHtml(typeof name === 'string' ? name : current.subject) // text that others wrote
  const rows = all.map((session) => {
    const time = new Date(session.startedAt * 1000).toISOString()
    const end = session.id === current.id ? 'this browser' : button('/sessions/end', 'End', session.id)
    return `<li>Since <time datetime="${time}">${time}</time>: ${end}</li>`
  })
  return page(
    `Hello ${known}`,
    `<p><a href="/notes">My notes</a></p>
<h2>Where you are signed in</h2>
<ul>${rows.join('')}</ul>
${button('/sessions/end-others', 'Sign out everywhere else')}
${button('/sessions/end-all', 'Sign out everywhere')}
${button('/login/logout', 'Sign out')}`,
  )
}

export function notesPage(answer: string): string {
  return page('My notes', `<p><code>${escapeHtml(answer)}</code></p><p><a href="/account">Back</a></p>`)
}

/** For a login that failed: refused, too old, begun in another browser. */
export function problemPage(code: string): string {
  return page('That did not work', `<p><code>${escapeHtml(code)}</code></p><p><a href="/account">Try again</a></p>`)
}

function button(action: string, text: string, id?: string): string {
  const hidden = id === undefined ? '' : `<input type="hidden" name="id" value="${escapeHtml(id)}">`
  return `<form method="post" action="${action}">${hidden}<button>${text}</button></form>`
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`
}
