/** Plays the browser: the person whom the provider of a suite knows needs no page, and scripts are few. */

import { readForm, readQuery, type Params } from '@authlib/core'

const MOST_HOPS = 8

/**
 * Goes where it is sent, until it comes back to `home`: the URL, or the parameters of a form or of a fragment, which a page of
 * the application would post.
 */
export async function browse(start: string, home: string): Promise<string | Params> {
  let url = start
  for (let hop = 0; hop < MOST_HOPS; hop++) {
    const response = await fetch(url, { redirect: 'manual', headers: { accept: 'text/html' } })
    const location = response.headers.get('location')
    const next = location === null ? await readPage(response, home) : new URL(location, url).href
    if (typeof next !== 'string') return next
    if (next.startsWith(home)) return next.includes('#') ? readQuery({ url: next.replace('#', '?') }) : next
    url = next
  }
  throw new Error('too many redirects')
}

/** A page that posts a form to us, or one that ends our session in an iframe and then sends the browser back. */
async function readPage(response: Response, home: string): Promise<Params | string> {
  const page = await response.text()
  const [, frame] = /iframe\.src = '([^']*)'/.exec(page) ?? []
  if (frame !== undefined) return endInFrame(page, unescapeScript(frame))
  if (!page.includes(home)) throw new Error(`the provider showed a page with status ${response.status}`)
  const fields = [...page.matchAll(/<input\b[^>]*>/g)].map(([tag]) => [attribute(tag, 'name'), attribute(tag, 'value')])
  const body = new URLSearchParams(fields.filter(([name]) => name !== '')).toString()
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' })
  return readForm({ method: 'POST', url: '/cb', headers, text: () => Promise.resolve(body) })
}

/** What the script of the page does: it loads the frame, reports that it is there, and goes on. */
async function endInFrame(page: string, frame: string): Promise<string> {
  const { status } = await fetch(frame)
  if (status !== 200) throw new Error(`the frame answered ${status}`)
  const [, report = ''] = /let url = '([^']*)'/.exec(page) ?? []
  await fetch(`${unescapeScript(report)}?loaded=true`)
  const [, back = ''] = /location\.href='([^']*)'/.exec(page) ?? []
  return unescapeScript(back)
}

function unescapeScript(text: string): string {
  return unescapeHtml(text.replace(/\\(.)/g, '$1'))
}

function attribute(tag: string, name: string): string {
  const [, value = ''] = new RegExp(`${name}="([^"]*)"`).exec(tag) ?? []
  return unescapeHtml(value)
}

function unescapeHtml(text: string): string {
  return text
    .replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/&#(\d+);/g, (_, decimal: string) => String.fromCharCode(Number(decimal)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
