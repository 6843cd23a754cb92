import { cookieSessions, OAuth } from '@authlib/core'
import {
  adapterBrowserContract,
  adapterContract,
  startNodeServer,
  testClock,
  type ContractApplication,
} from '@authlib/testing'
import { oauth1Contract } from '@authlib/testing/oauth1'
import type { RequestListener } from 'node:http'
import { beforeAll, describe, expect, it } from 'vitest'
import { openBrowser } from '../../../test/support/browser.ts'
import { FormBrowser } from '../../../test/support/form-browser.ts'
import { chromium, describeWith } from '../../../test/support/needs.ts'
import { bundleAdapter } from '../test/bundle-adapter.ts'
import { BundledAdapter, decorate, routeHandlers, type NextAdapter } from '../test/route-handlers.ts'
import { startNext } from '../test/start-next.ts'
import { mount, routes } from './mount.ts'
import type { NextContext } from './request.ts'

const adapter = new BundledAdapter()
let handler: RequestListener

beforeAll(async () => {
  bundleAdapter()
  handler = await startNext('app')
}, 120_000)

const options = { describe, name: 'the adapter contract on Next.js', adapter, serve }

adapterContract({
  ...options,
  it,
  deviations: ['firstHeaderOnly', 'mergesSlashes', 'normalizesTargets', 'refusesAbsoluteTargets', 'rewritesQuery'],
})
oauth1Contract({ ...options, it, name: 'the OAuth 1 contract on Next.js' })

describeWith(chromium, 'in a real browser', (path) => {
  adapterBrowserContract({
    ...options,
    it: (name, body) => it(name, body, 60_000),
    openBrowser: () => openBrowser(path),
  })
})

describe('a server action', () => {
  it('begins a login: sets its cookies and redirects', async () => {
    const answer = async (context: NextContext, bundled: NextAdapter) => {
      await bundled.setCookies(context, [{ name: 'login', value: 'l1', maxAge: 600 }])
      const request = await bundled.request(context)
      const headers = [['location', `/after?host=${request.headers.get('host') ?? ''}`]] as const
      return bundled.respond(context, { status: 303, headers, body: '' })
    }
    Object.assign(globalThis, { contractApplication: { answer } })
    const server = await startNodeServer(handler)
    const browser = new FormBrowser()
    await browser.open(`${server.url}/action`)
    const page = browser.text
    const action = /name="(\$ACTION_ID_[^"]*)"/.exec(page)?.[1] ?? ''
    const body = new FormData()
    body.append(action, '')
    const response = await fetch(`${server.url}/action`, { method: 'POST', body, redirect: 'manual' })
    await server.stop()
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(`/after?host=${new URL(server.url).host}`)
    expect(response.headers.getSetCookie()[0]).toContain('login=l1; Path=/;')
  })
})

describe('a server component', () => {
  it('finds the session of a person, though it cannot set a cookie', async () => {
    const clock = testClock()
    const secrets = ['a secret of the application, 32 characters']
    const answer = async (context: NextContext, bundled: NextAdapter): Promise<Response> => {
      const oauth = new OAuth({ adapter: bundled, secrets, clock })
      const sessions = cookieSessions(oauth, { url: 'http://127.0.0.1' })
      if (context !== null) await sessions.signIn(context, { subject: 'alice' })
      return new Response(`Hello ${(await sessions.find(context))?.subject ?? 'stranger'}`)
    }
    Object.assign(globalThis, { contractApplication: { answer } })
    const server = await startNodeServer(handler)
    const browser = new FormBrowser()
    await browser.open(`${server.url}/who`)
    expect(browser.text).toContain('Hello stranger')
    await browser.open('/sign-in')
    clock.advance(86_400) // its use is due to be noted
    await browser.open('/who')
    await server.stop()
    expect(browser.status).toBe(200)
    expect(browser.text).toContain('Hello alice')
  })
})

describe('mount', () => {
  it('answers in proxy.ts, and lets other requests go on', async () => {
    const proxy = mount({
      routes: [{ path: '/page', methods: ['GET'] }],
      handle: async () => ({ status: 200, headers: [], body: 'here' }),
    })
    expect(await (await proxy(new Request('https://app.example/page')))?.text()).toBe('here')
    expect(await proxy(new Request('https://app.example/other'))).toBeUndefined()
  })

  it('makes a redirect to a path whole, as Next.js reads it without a base', async () => {
    const proxy = mount({
      routes: [{ path: '/page', methods: ['GET'] }],
      handle: async () => ({ status: 303, headers: [['location', '/login?a=1']], body: '' }),
    })
    const response = await proxy(new Request('https://app.example/page'))
    expect(response?.headers.get('location')).toBe('https://app.example/login?a=1')
  })
})

function serve(application: ContractApplication<NextContext, Response>) {
  const mounted = routes(application.mountables, { onError: application.onError })
  const own = routeHandlers(application)
  const answer = async (request: Request, bundled: NextAdapter): Promise<Response> => {
    adapter.use(bundled)
    const response = await (own(request) ?? mounted.GET(request))
    return application.decorated ? decorate(response) : response
  }
  Object.assign(globalThis, { contractApplication: { answer } })
  return startNodeServer(handler)
}
