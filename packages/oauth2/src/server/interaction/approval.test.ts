import { memoryStore, type JsonObject, type Store } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { authorizeUrl, bareServer, Browser, fullServer, ISSUER, redeem } from '../../../test/journey.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { Extension } from '../contract/extension.ts'
import type { ConsentItem, Login } from '../contract/interaction.ts'
import { authorizationCodeGrant } from '../features/authorization-code.ts'
import { codeChallenge } from '../features/code-challenge.ts'
import { introspectionEndpoint } from '../features/introspection.ts'
import { slot } from '../records/authorization.ts'
import { forgetConsent, rememberConsent } from '../records/consent.ts'
import { redirectInteraction } from './redirect.ts'

const paid = slot<readonly JsonObject[]>('paid')

/** Payments are asked for each time; an account, once approved, is remembered. */
const details: Extension = {
  kind: 'extension',
  name: 'details',
  consents({ params }) {
    const items: ConsentItem[] = params.all('pay').map((amount) => ({ type: 'payment', value: { amount } }))
    const account = params.get('account')
    return account === undefined ? items : [...items, { type: 'account', value: account, key: `account ${account}` }]
  },
  authorizing: (_request, _authorization, approved) =>
    approved.length === 0 ? undefined : { data: paid.write(approved.map((item) => ({ ...item }))) },
}

/** Pages of an application with a session of its own, at hand for the tests. */
function application(store: Store = memoryStore()) {
  const { server, events } = bareServer({ store })
  let present: Login | null = { subject: 'alice', authTime: server.clock() }
  server
    .registerGrant(authorizationCodeGrant(), [codeChallenge()])
    .register(
      introspectionEndpoint(),
      details,
      redirectInteraction({ login: '/login', consent: '/consent', session: () => present }),
    )
  const browser = new Browser(server)
  return {
    ...{ server, store, browser, events },
    becomes: (login: Login | null) => (present = login),
    /** Where a request leads: to a page of the application, or back to the client. */
    ask: async (params: Record<string, string> = {}) =>
      (await browser.open(authorizeUrl(params))).headers.get('location') ?? '',
  }
}

type Answer = NonNullable<Parameters<Awaited<ReturnType<AuthorizationServer['interaction']['resume']>>['approve']>[0]>

async function pageOf({ server, browser }: ReturnType<typeof application>, url: string) {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return server.interaction.resume({
    method: 'GET',
    url,
    headers: new Headers({ cookie }),
    text: () => Promise.resolve(''),
  })
}

async function approve(app: ReturnType<typeof application>, url: string, answer?: Answer): Promise<string> {
  const page = await pageOf(app, url)
  const { headers } = await page.approve(answer)
  return headers.find(([name]) => name === 'location')?.[1] ?? ''
}

async function approvedItems({ server }: ReturnType<typeof application>, location: string): Promise<unknown> {
  const code = new URL(location).searchParams.get('code') ?? ''
  const { json } = await redeem(server, code)
  const found = await server.tokens.find(String(json['access_token']))
  return found && paid.read(found.authorization)
}

describe('consent beside scope', () => {
  it('is asked for, shown and granted', async () => {
    const app = application()
    const url = await app.ask({ pay: '10', account: 'a1' })
    expect(url).toMatch(/^\/consent/)
    const items = [
      { type: 'payment', value: { amount: '10' } },
      { type: 'account', value: 'a1', key: 'account a1' },
    ]
    expect((await pageOf(app, url)).items).toEqual(items)
    expect(await approvedItems(app, await approve(app, url))).toEqual(items)
  })

  it('is remembered by its key, and asked for each time without one: a second payment is never silent', async () => {
    const app = application()
    await approve(app, await app.ask({ account: 'a1' }))
    expect(await app.ask({ account: 'a1' })).toContain('code=')
    await approve(app, await app.ask({ pay: '10', account: 'a1' }))
    const url = await app.ask({ pay: '1000', account: 'a1' })
    expect((await pageOf(app, url)).items).toEqual([{ type: 'payment', value: { amount: '1000' } }])
  })

  it('may be narrowed by the page, and what is known stays', async () => {
    const app = application()
    await approve(app, await app.ask({ account: 'a1' }))
    const url = await app.ask({ pay: '100', account: 'a1' })
    const items = [{ type: 'payment', value: { amount: '50' } }]
    expect(await approvedItems(app, await approve(app, url, { items }))).toEqual([
      { type: 'account', value: 'a1', key: 'account a1' },
      ...items,
    ])
  })

  it('may be declined by the page', async () => {
    const app = application()
    const url = await app.ask({ pay: '100' })
    expect(await approvedItems(app, await approve(app, url, { items: [] }))).toBeUndefined()
  })

  it.each<[string, ConsentItem]>([
    ['of another type', { type: 'account', value: 'a1', key: 'account a1' }],
    ['with a key that was not asked for', { type: 'payment', value: {}, key: 'payment' }],
  ])('cannot be approved unasked: an item %s', async (_case, item) => {
    const app = application()
    const location = await approve(app, await app.ask({ pay: '100' }), { items: [item] })
    expect(new URL(location).searchParams.get('error')).toBe('server_error')
  })

  it('is denied to prompt=none of an extension', async () => {
    const app = application()
    app.server.register({ kind: 'extension', name: 'silent', demands: () => ({ prompt: ['none'] }) })
    expect(await app.ask({ pay: '100' })).toContain('error=consent_required')
  })

  it('is asked again by a client that is trusted with scope, when it has no key', async () => {
    const app = application()
    const client = await app.server.clients.find('web')
    expect(client).not.toBeNull()
    await rememberConsent(app.server, { subject: 'alice', clientId: 'web', scope: ['read', 'write'], items: [] })
    expect(await app.ask()).toContain('code=')
    expect(await app.ask({ pay: '1' })).toMatch(/^\/consent/)
  })
})

describe('what is granted is what was shown', () => {
  const scopeOf = async (app: ReturnType<typeof application>, location: string) =>
    (await redeem(app.server, new URL(location).searchParams.get('code') ?? '')).json['scope']

  it('and not what was forgotten while the page was open: that is asked for', async () => {
    const app = application()
    await rememberConsent(app.server, { subject: 'alice', clientId: 'web', scope: ['read'] })
    const url = await app.ask()
    expect((await pageOf(app, url)).scope).toEqual(['write'])
    await forgetConsent(app.server, 'alice', 'web')
    const again = await approve(app, url)
    expect(again).toMatch(/^\/consent/)
    expect((await pageOf(app, again)).scope).toEqual(['read', 'write'])
    expect(await scopeOf(app, await approve(app, again))).toBe('read write')
  })

  it('and what was approved before, also in another tab meanwhile', async () => {
    const app = application()
    await rememberConsent(app.server, { subject: 'alice', clientId: 'web', scope: ['read'] })
    const url = await app.ask()
    await approve(app, await app.ask({ state: 'other tab' }))
    expect(await scopeOf(app, await approve(app, url, { scope: ['write'] }))).toBe('read write')
  })

  it('and less, when the person takes scope back that another tab approved meanwhile', async () => {
    const app = application()
    const url = await app.ask()
    await approve(app, await app.ask({ state: 'other tab' }))
    expect(await scopeOf(app, await approve(app, url, { scope: ['read'] }))).toBe('read')
  })

  it('cannot be approved on a page that asked for a login', async () => {
    const app = application()
    app.becomes(null)
    const url = await app.ask()
    expect(url).toMatch(/^\/login/)
    app.becomes({ subject: 'alice', authTime: app.server.clock() })
    expect(await approve(app, url)).toMatch(/^\/consent/)
  })
})

describe('a page that is answered twice', () => {
  it('sends the person to the client both times, with one code', async () => {
    const app = application()
    const url = await app.ask()
    const pages = [await pageOf(app, url), await pageOf(app, url)]
    const answers = await Promise.all(pages.map((page) => page.approve()))
    expect(answers[1]).toEqual(answers[0])
    expect(await approve(app, url)).toBe(answers[0]?.headers.find(([name]) => name === 'location')?.[1])
    expect(app.events.filter(({ type }) => type === 'authorization.granted')).toHaveLength(1)
  })

  it('does not give a code after a denial, and says the same to a second denial', async () => {
    const app = application()
    const page = await pageOf(app, await app.ask())
    const denied = await page.deny()
    expect(denied.headers.find(([name]) => name === 'location')?.[1]).toContain('error=access_denied')
    expect((await page.approve()).status).toBe(400)
    expect(await page.deny()).toEqual(denied)
  })

  it('does not deny what was approved', async () => {
    const app = application()
    const page = await pageOf(app, await app.ask())
    await page.approve()
    expect((await page.deny()).status).toBe(400)
  })

  it('gives no second answer when the first one was revoked', async () => {
    const app = application()
    const page = await pageOf(app, await app.ask())
    await page.approve()
    await app.server.authorizations.revoke({ subject: 'alice' })
    expect((await page.approve()).status).toBe(400)
  })
})

describe('a consent page of someone', () => {
  it('who is no longer there gives nothing to the next person, who is asked', async () => {
    const app = application()
    const url = await app.ask()
    app.becomes({ subject: 'bob', authTime: app.server.clock() })
    const again = await approve(app, url)
    expect(again).toMatch(/^\/consent/)
    expect((await pageOf(app, again)).login?.subject).toBe('bob')
  })

  it('who has logged out gives nothing: the client is told', async () => {
    const app = application()
    const url = await app.ask()
    app.becomes(null)
    expect(await approve(app, url)).toContain('error=login_required')
  })
})

describe('a handle too long for a URL', () => {
  it('refers to a stored one, sealed and bound to the browser like any other', async () => {
    const app = application()
    const url = await app.ask({ pay: 'x'.repeat(6000) })
    expect(url.length).toBeLessThan(200)
    const page = await pageOf(app, url)
    expect(page.items).toEqual([{ type: 'payment', value: { amount: 'x'.repeat(6000) } }])
    const handle = new URL(url, ISSUER).searchParams.get('interaction') ?? ''
    const stranger = new Browser(app.server)
    await stranger.open(authorizeUrl())
    await expect(pageOf({ ...app, browser: stranger }, url)).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(pageOf(app, url.replace(handle, `${handle.slice(0, -1)}~`))).rejects.toMatchObject({
      code: 'invalid_request',
    })
    expect(await approve(app, url)).toContain('code=')
  })

  it('is not stored when it fits', async () => {
    const store = memoryStore()
    let writes = 0
    const app = application({ ...store, commit: (batch) => ((writes += 1), store.commit(batch)) })
    await app.ask()
    expect(writes).toBe(0)
  })
})

describe('the store', () => {
  it('is asked for the session and the consent once each, by a login of the development pages', async () => {
    const inner = memoryStore()
    const reads: string[] = []
    const { server } = fullServer({
      store: { ...inner, get: (partition, keys) => (reads.push(...keys.map(String)), inner.get(partition, keys)) },
    })
    const browser = new Browser(server)
    await browser.authorize({ scope: 'read' })
    reads.length = 0
    const location = (await browser.open(authorizeUrl())).headers.get('location') ?? ''
    expect(reads.map((key) => key.split(',')[0])).toEqual(['session', 'consent'])
    reads.length = 0
    const interaction = new URL(location, ISSUER).searchParams.get('interaction') ?? ''
    await browser.open(location, { interaction, decision: 'approve' })
    expect(reads.map((key) => key.split(',')[0])).toEqual(['consent', 'session'])
  })

  it('is asked for no record twice by a request that needs no page', async () => {
    const inner = memoryStore()
    const reads: string[] = []
    let writes = 0
    const app = application({
      ...inner,
      get: (partition, keys) => (reads.push(...keys.map((key) => key.join(' '))), inner.get(partition, keys)),
      commit: (batch) => ((writes += 1), inner.commit(batch)),
    })
    await approve(app, await app.ask())
    reads.length = 0
    writes = 0
    expect(await app.ask()).toContain('code=')
    expect([new Set(reads).size, reads.length, writes]).toEqual([1, 1, 1]) // the consent; clients are a list, the session is yours
  })
})
