/** A browser without a screen: keeps cookies, follows redirects, fills in forms. */

interface StoredCookie {
  readonly host: string
  readonly path: string
  readonly name: string
  readonly value: string
}

export class FormBrowser {
  /** Where it is. */
  url = 'about:blank'
  status = 0
  text = ''
  #cookies: StoredCookie[] = []
  readonly #fetch: typeof fetch

  /** Over the network, unless something else reaches the servers. */
  constructor(reach: typeof fetch = fetch) {
    this.#fetch = reach
  }

  /** Opens a URL, and goes on wherever it is sent. */
  async open(url: string, init: { method?: string; body?: URLSearchParams } = {}): Promise<void> {
    let request = init
    let target = new URL(url, this.url === 'about:blank' ? undefined : this.url)
    for (let hops = 0; hops < 20; hops++) {
      const response = await this.#fetch.call(undefined, target, {
        ...request,
        redirect: 'manual',
        headers: { cookie: this.#cookieHeader(target) },
      })
      this.#keep(target, response.headers.getSetCookie())
      this.url = target.href
      this.status = response.status
      this.text = await response.text()
      const location = response.headers.get('location')
      if (location === null || response.status < 300 || response.status >= 400) return
      if (response.status !== 307 && response.status !== 308) request = {}
      target = new URL(location, target)
    }
    throw new Error(`Too many redirects, last to ${target.href}`)
  }

  /** Sends the first form of the page, with its own hidden fields, what is ticked in it, and these. */
  async submit(fields: Readonly<Record<string, string>> = {}): Promise<void> {
    const form = /(<form[^>]*>)(.*?)<\/form>/s.exec(this.text)
    if (form === null) throw new Error(`There is no form at ${this.url}: ${this.text}`)
    const body = new URLSearchParams()
    for (const [input] of form[2]!.matchAll(/<input[^>]*(?:type="hidden"| checked)[^>]*>/g)) {
      if (!input.includes(' disabled')) body.append(attribute(input, 'name'), attribute(input, 'value'))
    }
    for (const [name, value] of Object.entries(fields)) body.set(name, value)
    await this.open(attribute(form[1]!, 'action') || this.url, { method: 'POST', body })
  }

  /** Follows the first link whose text has these words. */
  async follow(words: string): Promise<void> {
    const link = [...this.text.matchAll(/<a[^>]*href="([^"]*)"[^>]*>(.*?)<\/a>/gs)].find(([, , text]) =>
      text!.includes(words),
    )
    if (link === undefined) throw new Error(`There is no link "${words}" at ${this.url}: ${this.text}`)
    await this.open(unescape(link[1]!))
  }

  /** The value of a cookie, whatever its host and path. */
  cookie(name: string): string | undefined {
    return this.#cookies.find((cookie) => cookie.name === name)?.value
  }

  #cookieHeader({ host, pathname }: URL): string {
    const sent = this.#cookies.filter((cookie) => cookie.host === host && covers(cookie.path, pathname))
    return sent.map(({ name, value }) => `${name}=${value}`).join('; ')
  }

  #keep({ host, pathname }: URL, lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(/; */)
      const [name = '', value = ''] = pair.split(/=(.*)/s)
      const option = (key: string): string | undefined => {
        return attributes.find((item) => item.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1)
      }
      const path = option('path') ?? pathname
      this.#cookies = this.#cookies.filter((old) => !(old.host === host && old.name === name && old.path === path))
      const ended = option('max-age') === '0' || Date.parse(option('expires') ?? '9999-01-01') <= Date.now()
      if (!ended) this.#cookies.push({ host, path, name, value })
    }
  }
}

/** RFC 6265 §5.1.4. */
function covers(path: string, pathname: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
}

function attribute(tag: string, name: string): string {
  return unescape(new RegExp(`${name}="([^"]*)"`).exec(tag)?.[1] ?? '')
}

function unescape(html: string): string {
  return html
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
