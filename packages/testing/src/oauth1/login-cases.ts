/** A person logs in at a client, in a browser that keeps cookies. Server, pages and client are behind one adapter. */

import { assertEqual } from '../assert.ts'
import { CALLBACK, ORIGIN } from './application.ts'
import { oauth1Case, type OAuth1ContractCase, type Running } from './case.ts'

export const loginCases: readonly OAuth1ContractCase[] = [
  oauth1Case('logs a person in, and calls the API in their name (RFC 5849 §1.2)', {}, async (app) => {
    const browser = new Browser(app)
    const { token, tokenSecret, data } = await logIn(browser, 'allow')
    assertEqual(data, { page: '/notes' }, 'the data of the login')
    const response = await app.signed('/notes', { token: { token: String(token), tokenSecret: String(tokenSecret) } })
    assertEqual(await response.json(), { subject: 'ann', body: '' }, 'what the API answers')
  }),

  oauth1Case('tells the client of a refusal, and ends its login (RFC 5849 §2.2)', {}, async (app) => {
    const browser = new Browser(app)
    assertEqual(await logIn(browser, 'deny'), { error: 'access_denied' }, 'the result')
    assertEqual((await readResult(await browser.again())).error, 'login_used', 'the same callback again')
  }),

  oauth1Case('refuses the callback of a login that another browser began', {}, async (app) => {
    const attacker = new Browser(app)
    await attacker.open('/login')
    await attacker.follow()
    await attacker.post('decision=allow')
    const victim = new Browser(app)
    assertEqual((await readResult(await victim.open(attacker.location))).error, 'mismatching_state', 'the error')
  }),
]

type Result = Partial<Readonly<Record<'token' | 'tokenSecret' | 'data' | 'error', unknown>>>

async function logIn(browser: Browser, decision: 'allow' | 'deny'): Promise<Result> {
  assertEqual((await browser.open('/login')).status, 303, 'the status of the redirect to the server')
  assertEqual((await browser.follow()).status, 303, 'the status of the redirect to the consent page')
  const page = await browser.follow()
  assertEqual(await page.json(), { realms: ['read', 'write'] }, 'what the consent page shows')
  assertEqual((await browser.post(`decision=${decision}`)).status, 303, 'the status of the redirect to the client')
  const { pathname, searchParams } = new URL(browser.location, new URL(CALLBACK).origin)
  assertEqual([pathname, searchParams.get('keep')], ['/callback', '1'], 'the callback')
  return readResult(await browser.follow())
}

async function readResult(response: Response): Promise<Result> {
  const text = await response.text()
  assertEqual(response.status, 200, `the status of the callback (${text.slice(0, 200)})`)
  return JSON.parse(text) as Result // sound: what the application of this suite answers
}

/** Keeps cookies and remembers where it was sent. The application is server and client at once. */
class Browser {
  /** Where the last response sent to, without its origin. */
  location = ''
  readonly #app: Running
  readonly #cookies = new Map<string, string>()
  #last = ''

  constructor(app: Running) {
    this.#app = app
  }

  async open(path: string, init: RequestInit = {}, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    this.#last = path
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await this.#app.fetch(path, { ...init, headers: { ...headers, cookie } })
    for (const text of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? []
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    const { pathname, search } = new URL(response.headers.get('location') ?? this.#last, ORIGIN)
    this.location = pathname + search
    return response
  }

  /** Goes where the last response sent to. */
  follow(): Promise<Response> {
    return this.open(this.location)
  }

  /** Opens the last page again. */
  again(): Promise<Response> {
    return this.open(this.#last)
  }

  /** Posts the form of the page that is open, whose handle is in its query. */
  post(fields: string): Promise<Response> {
    const { pathname, searchParams } = new URL(this.location, ORIGIN)
    const body = `${fields}&interaction=${encodeURIComponent(searchParams.get('interaction') ?? '')}`
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return this.open(pathname, { method: 'POST', body }, headers)
  }
}
