/** The OAuth provider of better-auth in a process of its own, which Node.js loads without the conditions of our tests. */

import { fork } from 'node:child_process'
import { join } from 'node:path'

const PROGRAM = join(import.meta.dirname, 'better-auth/provider.mjs')

export interface BetterAuth {
  readonly origin: string
  readonly clientId: string
  readonly clientSecret: string
  readonly stop: () => Promise<unknown>
}

/** With the account of `alice@example.com`, who owns the client. */
export async function startBetterAuth(redirectUri: string): Promise<BetterAuth> {
  const child = fork(PROGRAM, [redirectUri], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { PATH: process.env['PATH'] }, // not that it is under test
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve)) // after disconnect() there is no `close`
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('message', (about: Omit<BetterAuth, 'stop'>) => {
      const stop = (): Promise<unknown> => {
        child.disconnect()
        return ended
      }
      resolve({ ...about, stop })
    })
    child.once('close', () => reject(new Error(`better-auth does not start: ${errors}`))) // of no effect after the message
  })
}

/** Alice in a browser. Signs in and consents as the pages of an application with better-auth do, by its HTTP API. */
export class BetterAuthPerson {
  readonly #origin: string
  readonly #cookies = new Map<string, string>()

  constructor(origin: string) {
    this.#origin = origin
  }

  /** Opens what a client asks for and answers every page: the URL of the callback. */
  async authorize(url: string, { accept = true }: { readonly accept?: boolean } = {}): Promise<string> {
    let target = await this.open(url)
    if (target.pathname === '/sign-in') {
      const account = { email: 'alice@example.com', password: 'a long password' }
      target = await this.#post('sign-in/email', { ...account, oauth_query: target.search.slice(1) })
    }
    if (target.pathname === '/consent') {
      target = await this.#post('oauth2/consent', { accept, oauth_query: target.search.slice(1) })
    }
    return target.href
  }

  /** Opens a page of the provider: where it leads. */
  async open(url: string, init: RequestInit = {}): Promise<URL> {
    const headers = new Headers(init.headers)
    headers.set('cookie', [...this.#cookies].map((pair) => pair.join('=')).join('; '))
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? []
      this.#cookies.set(name, value)
    }
    const text = await response.text()
    // It redirects a browser, and tells a script where to go; `fetch` of Node.js always says that it is one.
    const target = response.headers.get('location') ?? urlOf(text)
    if (target === undefined) throw new Error(`${url} leads nowhere: ${response.status} ${text}`)
    return new URL(target, this.#origin)
  }

  #post(path: string, body: object): Promise<URL> {
    return this.open(`${this.#origin}/api/auth/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.#origin },
      body: JSON.stringify(body),
    })
  }
}

function urlOf(answer: string): string | undefined {
  try {
    return (JSON.parse(answer) as { readonly url?: string }).url
  } catch {
    return undefined // a page
  }
}
