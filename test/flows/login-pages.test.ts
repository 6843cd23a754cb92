// The example with login pages for production: what a browser meets, and what someone who guesses meets.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { fetchUserinfo, OpenIDClient, type OpenIDAuthorizationOptions, type OpenIDLogin } from '@authlib/oidc/client'
import { startTestServer, type TestServer } from '@authlib/testing'
import { chromium as playwright, type Browser, type BrowserContext, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { countedAttempts } from '../../examples/login-pages/src/attempts.ts'
import { openDatabase } from '../../examples/login-pages/src/database.ts'
import { startExample, type Example } from '../../examples/login-pages/src/example.ts'
import { temporaryFolder } from '../support/demo-process.ts'
import { FormBrowser } from '../support/form-browser.ts'
import { chromium, describeWith, postgresServer } from '../support/needs.ts'

const LOGOUT = 'https://127.0.0.1/logout'
const SECRET = 'an example secret for a client of tests'
const PASSWORD = 'four words and a number 7'
const PASSKEY_ONLY = JSON.stringify({ id_token: { acr: { essential: true, values: ['phr'] } } })

const folder = temporaryFolder()
let application: TestServer
let told: string[] = []
let now = 1_800_000_000

beforeAll(async () => {
  application = await startTestServer(() => {
    return new Response('<!doctype html><title>Application</title><h1>Back</h1>', {
      headers: { 'content-type': 'text/html' },
    })
  })
})
afterAll(async () => {
  await application.stop()
  folder.remove()
})

function start(database = join(folder.path, `${randomUUID()}.db`)): Promise<Example> {
  return startExample({
    onEvent: () => undefined,
    outgoing: {
      allowPrivateAddresses: true,
      fetch: async (input, init) => {
        const request = new Request(input, init)
        told.push(`${request.url} ${await request.text()}`)
        return new Response()
      },
    },
    ...{ port: 0, database, secrets: ['a secret of the tests, long enough to pass'], clock: () => now },
    clients: [
      {
        client_id: 'my-app',
        client_secret: SECRET,
        client_name: 'My App',
        redirect_uris: [`${application.url}/callback`],
        backchannel_logout_uri: LOGOUT,
        grant_types: ['authorization_code', 'refresh_token'],
        scope: 'openid profile email offline_access',
      },
    ],
  })
}

interface StartedLogin {
  readonly url: string
  readonly login: OpenIDLogin
}

/** The application that people log in to. */
function clientOf({ server }: Example): {
  begin(options?: Partial<OpenIDAuthorizationOptions>): Promise<StartedLogin>
  /** The claims of the ID Token. */
  finish(url: string, login: OpenIDLogin): Promise<Readonly<Record<string, unknown>>>
} {
  const client = new OpenIDClient({
    ...{
      issuer: server.issuer,
      clientId: 'my-app',
      clientSecret: SECRET,
      scope: ['profile', 'email'],
      userinfo: fetchUserinfo,
      clock: () => now,
    },
  })
  return {
    begin: (options) => client.createAuthorization({ redirectUri: `${application.url}/callback`, ...options }),
    async finish(url, login) {
      const { claims, profile } = await client.finishAuthorization(url, login)
      return { ...claims, ...profile }
    },
  }
}

describeWith(chromium, 'the login pages in Chromium', (executablePath) => {
  let example: Example
  let browser: Browser
  let context: BrowserContext
  let page: Page

  beforeAll(async () => {
    example = await start()
    browser = await playwright.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] })
  }, 60_000)
  beforeEach(async () => {
    context = await browser.newContext()
    page = await context.newPage()
  })
  afterEach(() => context.close())
  afterAll(async () => {
    await browser.close()
    await example.stop()
  })

  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click()
  const title = (): Promise<string> => page.getByRole('heading', { level: 1 }).innerText()
  const back = (): Promise<void> => page.waitForURL(`${application.url}/callback*`)

  async function signUp(email: string): Promise<void> {
    await page.getByLabel('Name').fill('Alice Example')
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Password').fill(PASSWORD)
    await press('Create account')
  }

  async function logIn(email: string, password = PASSWORD): Promise<void> {
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Password').fill(password)
    await press('Log in')
  }

  /** A device with a fingerprint sensor, and a finger that is always right. */
  async function addAuthenticator(): Promise<void> {
    const session = await context.newCDPSession(page)
    await session.send('WebAuthn.enable')
    await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
  }

  it('makes an account, logs in with the password, and asks for consent once', async () => {
    const client = clientOf(example)
    const email = 'Alice@Example.org'
    const first = await client.begin({ prompt: ['create'] })
    await page.goto(first.url)
    expect(await title()).toBe('Create an account')
    await signUp(email)
    expect(await title()).toBe('Allow My App?')
    await page.getByLabel('See your e-mail address').uncheck()
    await press('Allow')
    await back()
    const claims = await client.finish(page.url(), first.login)
    expect(claims).toMatchObject({ acr: 'pwd', amr: ['pwd'], name: 'Alice Example', auth_time: now })
    expect(claims).not.toHaveProperty('email')

    const second = await client.begin({ prompt: ['login'] })
    await page.goto(second.url)
    expect(await page.getByText('Please confirm that it is you.').count()).toBe(1)
    expect(await page.getByLabel('E-mail address').inputValue()).toBe('alice@example.org')
    await logIn(email, 'not the right password')
    expect(await page.getByRole('alert').innerText()).toBe('The e-mail address or the password is wrong.')
    await logIn(email)
    expect(await title()).toBe('Allow My App?') // the address was not allowed before
    await press('Allow')
    await back()
    expect(await client.finish(page.url(), second.login)).toMatchObject({
      sub: claims['sub'],
      email: 'alice@example.org',
    })

    const third = await client.begin()
    await page.goto(third.url)
    await back()
    expect(await client.finish(page.url(), third.login)).toMatchObject({ sub: claims['sub'] })
  }, 60_000)

  it('obeys prompt=none and max_age (Core §3.1.2.1)', async () => {
    const client = clientOf(example)
    await page.goto((await client.begin({ prompt: ['none'] })).url)
    expect(new URL(page.url()).searchParams.get('error')).toBe('login_required')
    await page.goto((await client.begin({ prompt: ['create'] })).url)
    await signUp('max-age@example.org')
    await press('Allow')
    await back()
    now += 100
    await page.goto((await client.begin({ prompt: ['none'], maxAge: 1000 })).url)
    expect(new URL(page.url()).searchParams.get('code')).not.toBeNull()
    await page.goto((await client.begin({ maxAge: 50 })).url)
    expect(await page.getByText('Please confirm that it is you.').count()).toBe(1)
    await press('Cancel and go back')
    await back()
    expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied')
  }, 60_000)

  it('adds a passkey, logs in with it, and tells the client how strong that was (acr, amr)', async () => {
    const client = clientOf(example)
    await addAuthenticator()
    await page.goto(`${example.server.issuer}/account`)
    expect(await title()).toBe('Log in')
    await page.getByRole('link', { name: 'Create an account' }).click()
    await signUp('passkey@example.org')
    expect(await title()).toBe('Alice Example')
    await press('Add a passkey')
    await page.getByText('not used yet').waitFor()
    await press('Add a passkey')
    await page.getByText('There is a passkey for this account on this device already.').waitFor()

    const stronger = await client.begin({ params: { claims: PASSKEY_ONLY } })
    await page.goto(stronger.url)
    expect(await page.getByText('The application asks for a login with a passkey.').count()).toBe(1)
    expect(await page.getByLabel('Password').count()).toBe(0)
    await press('Log in with a passkey')
    await press('Allow')
    await back()
    const claims = await client.finish(page.url(), stronger.login)
    expect(claims).toMatchObject({ acr: 'phr', amr: ['pop', 'user', 'mfa'], email: 'passkey@example.org' })

    await page.goto((await client.begin({ prompt: ['none'], params: { claims: PASSKEY_ONLY } })).url)
    expect(new URL(page.url()).searchParams.get('code')).not.toBeNull()

    await page.goto(`${example.server.issuer}/account`)
    await page.getByText(/last used/).waitFor()
    await press('Remove passkey 1')
    await page.getByText('A passkey logs you in without a password').waitFor()
    await page.goto((await client.begin({ prompt: ['login'] })).url)
    await press('Log in with a passkey')
    expect(await page.getByRole('alert').innerText()).toMatch('This passkey is not known here')
  }, 60_000)

  it('logs out everywhere: other browsers, tokens, and the clients are told', async () => {
    const client = clientOf(example)
    await page.goto((await client.begin({ prompt: ['create'] })).url)
    await signUp('everywhere@example.org')
    await press('Allow')
    await back()
    const elsewhere = await browser.newContext()
    const other = await elsewhere.newPage()
    const account = `${example.server.issuer}/account`
    await other.goto(`${example.server.issuer}/login`)
    await other.getByLabel('E-mail address').fill('everywhere@example.org')
    await other.getByLabel('Password').fill(PASSWORD)
    await other.getByRole('button', { name: 'Log in', exact: true }).click()
    expect(await other.getByRole('heading', { level: 1 }).innerText()).toBe('Alice Example')
    told = []
    await page.goto(account)
    await press('Log out everywhere')
    expect(await title()).toBe('Log in')
    await expect.poll(() => told.length).toBe(1)
    expect(told[0]).toMatch(`${LOGOUT} logout_token=`)
    await other.goto(account)
    expect(await other.getByRole('heading', { level: 1 }).innerText()).toBe('Log in')
    await elsewhere.close()
  }, 60_000)

  it('works without scripts, except for passkeys', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false })
    page = await plain.newPage()
    await page.goto(`${example.server.issuer}/sign-up`)
    await signUp('plain@example.org')
    expect(await title()).toBe('Alice Example')
    expect(await page.getByRole('button', { name: 'Add a passkey' }).isVisible()).toBe(false)
    await page.getByLabel('Current password').fill(PASSWORD)
    await page.getByLabel('New password').fill('another long password 8')
    await press('Change password')
    await page.getByRole('link', { name: 'Log out here' }).click()
    await press('Log out')
    await page.goto(`${example.server.issuer}/login`)
    await logIn('plain@example.org')
    expect(await page.getByRole('alert').count()).toBe(1)
    await logIn('plain@example.org', 'another long password 8')
    expect(await title()).toBe('Alice Example')
    await plain.close()
  }, 60_000)
})

describe('the login pages on SQLite', () => {
  guessing(() => undefined)
})

describeWith(postgresServer, 'the login pages on PostgreSQL', (url) => {
  guessing(() => url)
})

/** Of those who are not who they say. */
function guessing(database: () => string | undefined): void {
  let example: Example
  let browser: FormBrowser

  beforeAll(async () => {
    example = await start(database())
  })
  beforeEach(() => {
    browser = new FormBrowser()
    now += 10_000 // what was counted is forgotten
  })
  afterAll(() => example.stop())

  const email = `${randomUUID()}@example.org`
  const at = (path: string): string => `${example.server.issuer}${path}`
  const logIn = async (password: string, address = email): Promise<void> => {
    await browser.open(at('/login'))
    await browser.submit({ email: address, password })
  }

  it('makes one account of an address', async () => {
    await browser.open(at('/sign-up'))
    await browser.submit({ name: 'Bob', email, password: 'short' })
    expect([browser.status, browser.text]).toEqual([
      400,
      expect.stringContaining('A password has 15 to 256 characters.'),
    ])
    await browser.submit({ name: 'Bob', email, password: PASSWORD })
    expect(browser.url).toBe(at('/account'))
    const other = new FormBrowser()
    await other.open(at('/sign-up'))
    await other.submit({ name: 'Bob', email: email.toUpperCase(), password: PASSWORD })
    expect([other.status, other.text]).toEqual([409, expect.stringContaining('There is an account')])
  })

  it('gives each login another session cookie, and ends the one before', async () => {
    await logIn(PASSWORD)
    const before = browser.cookie('session')
    await logIn(PASSWORD)
    expect(browser.cookie('session')).not.toBe(before)
    const response = await fetch(at('/account'), { headers: { cookie: `session=${before}` }, redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([303, 'login'])
  })

  it('answers the same for unknown people and wrong passwords', async () => {
    const answers: unknown[] = []
    for (const address of [email, 'unknown@example.org']) {
      await logIn('this is not the password', address)
      answers.push([browser.status, /role="alert"[^>]*>([^<]*)/.exec(browser.text)?.[1]])
    }
    expect(answers[0]).toEqual([401, 'The e-mail address or the password is wrong.'])
    expect(answers[1]).toEqual(answers[0])
  })

  it('lets someone who guesses wait, longer each time, and takes no right password meanwhile', async () => {
    const statuses: number[] = []
    for (let attempt = 0; attempt < 6; attempt++) {
      await logIn('this is not the password')
      statuses.push(browser.status)
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
    await logIn(PASSWORD)
    expect([browser.status, browser.text]).toEqual([429, expect.stringContaining('Try again in a minute.')])
    now += 31
    await logIn('this is not the password')
    expect(browser.status).toBe(401)
    now += 31
    await logIn(PASSWORD)
    expect(browser.status).toBe(429) // it is a minute now
    now += 30
    await logIn(PASSWORD)
    expect(browser.url).toBe(at('/account'))
    await logIn('this is not the password')
    expect(browser.status).toBe(401) // it starts again from zero
  })

  it('counts guesses that arrive at the same time', async () => {
    await browser.open(at('/login'))
    const key = /name="form_key" value="([^"]+)"/.exec(browser.text)?.[1] ?? ''
    const guess = async (): Promise<number> => {
      const body = new URLSearchParams({ form_key: key, email, password: 'this is not the password' })
      const headers = { cookie: `browser=${browser.cookie('browser')}` }
      return (await fetch(at('/login'), { method: 'POST', body, headers })).status
    }
    const statuses = await Promise.all(Array.from({ length: 12 }, guess))
    expect(statuses.filter((status) => status === 401)).toHaveLength(5)
    expect(statuses.filter((status) => status === 429)).toHaveLength(7)
  })

  it('lets one address guess at fifty accounts an hour, and forgets it after an hour', async () => {
    const db = await openDatabase(database() ?? join(folder.path, `${randomUUID()}.db`))
    const attempts = countedAttempts(db, () => now)
    const [run, address] = [randomUUID(), randomUUID()]
    const begin = (n: number): Promise<number> => attempts.begin(`${n}-${run}@example.org`, address)
    const waits: number[] = []
    for (let n = 0; n < 51; n++) waits.push(await begin(n))
    expect(waits.indexOf(30)).toBe(50)
    now += 3700
    expect(await begin(51)).toBe(0)
    await db.close()
  })

  it.each([
    ['without the key of the form', (body: URLSearchParams) => body.delete('form_key')],
    ['with a key of another browser', (body: URLSearchParams) => body.set('form_key', 'x'.repeat(43))],
  ])('refuses a form %s, which another site could send', async (_title, change) => {
    await browser.open(at('/login'))
    const body = new URLSearchParams({ email, password: PASSWORD })
    body.set('form_key', /name="form_key" value="([^"]+)"/.exec(browser.text)?.[1] ?? '')
    change(body)
    await browser.open(at('/login'), { method: 'POST', body })
    expect(browser.status).toBe(403)
    expect(browser.cookie('session')).toBeUndefined()
  })

  it('refuses a form that the browser says comes from another site', async () => {
    await browser.open(at('/login'))
    const body = new URLSearchParams({ email, password: PASSWORD })
    body.set('form_key', /name="form_key" value="([^"]+)"/.exec(browser.text)?.[1] ?? '')
    const headers = { cookie: `browser=${browser.cookie('browser')}`, 'sec-fetch-site': 'same-site' }
    const response = await fetch(at('/login'), { method: 'POST', body, headers, redirect: 'manual' })
    expect(response.status).toBe(403)
  })

  it('asks for a new login before it changes how one gets in', async () => {
    await logIn(PASSWORD)
    now += 901
    await browser.open(at('/account'))
    const body = new URLSearchParams({ action: 'remove-passkey', passkey: 'x' })
    body.set('form_key', /name="form_key" value="([^"]+)"/.exec(browser.text)?.[1] ?? '')
    await browser.open(at('/account'), { method: 'POST', body })
    expect(browser.url).toBe(at('/login'))
  })

  it.each(['', 'null', '{}', '{"id":"x"}', '{"id":"x","response":{}}'])(
    'takes %j for no passkey',
    async (credential) => {
      await browser.open(at('/login'))
      await browser.submit({ credential, email, password: 'this is not the password' })
      expect(browser.status).toBe(401)
    },
  )

  it('refuses a password where a passkey is demanded, though the page does not ask for it (Core §5.5.1.1)', async () => {
    const { url } = await clientOf(example).begin({ params: { claims: PASSKEY_ONLY } })
    await browser.open(url)
    await browser.submit({ email, password: PASSWORD })
    expect(browser.status).toBe(403)
    expect(browser.cookie('session')).toBeUndefined()
  })

  it('leads someone who signs up where a passkey is demanded to the page that adds one', async () => {
    const { url } = await clientOf(example).begin({ prompt: ['create'], params: { claims: PASSKEY_ONLY } })
    await browser.open(url)
    await browser.submit({ name: 'Carol', email: `${randomUUID()}@example.org`, password: PASSWORD })
    expect(browser.url).toBe(at('/account'))
  })

  it('tells the client when no login here is strong enough (Unmet Authentication Requirements §2)', async () => {
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'phrh' } } })
    const { url } = await clientOf(example).begin({ params: { claims } })
    await browser.open(url)
    expect(new URL(browser.url).searchParams.get('error')).toBe('unmet_authentication_requirements')
  })

  it('sends pages that no other site can frame, and that load nothing', async () => {
    for (const path of ['/login', '/sign-up']) {
      const { headers } = await fetch(at(path))
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*frame-ancestors 'none'$/)
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
    }
  })
}
