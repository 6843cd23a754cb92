/** An application behind a proxy that ends TLS: what comes is plain HTTP, for the name of an inner host. */

import { assertEqual } from '../assert.ts'
import { startTlsProxy, type TlsProxy } from '../tls-proxy.ts'
import {
  adapterCase,
  assertAnswer,
  bearer,
  cookiesOf,
  form,
  type AdapterContractCase,
  type CaseOptions,
} from './case.ts'

export const proxyCases: readonly AdapterContractCase[] = [
  behindProxy('begins a login with Secure cookies, behind a proxy that ends TLS', {}, async (proxy) => {
    const response = await proxy.fetch('/login?state=s')
    assertEqual([response.status, response.headers.get('location')], [303, 'https://provider.example/authorize?state=s'], 'the redirect') // prettier-ignore
    const cookies = cookiesOf(response).map(({ cookie, secure }) => [cookie, secure !== undefined])
    assertEqual(cookies, [['lax=l1', false], ['none=n1', true]], 'the cookies, and whether they are Secure') // prettier-ignore
  }),

  behindProxy('ends a login by form_post of another origin, behind a proxy that ends TLS', {}, async (proxy) => {
    const crossSite = {
      'content-type': 'application/x-www-form-urlencoded',
      origin: 'https://provider.example',
      'sec-fetch-site': 'cross-site',
      cookie: 'none=n1',
    }
    const response = await proxy.fetch('/callback', { ...form('code=1&state=s'), headers: crossSite })
    const params = [['code', '1'], ['state', 's']] // prettier-ignore
    await assertAnswer(response, 200, { method: 'POST', params, none: 'n1' }, 'the result')
  }),

  ...['/', '/auth'].map((path) => {
    const prefix = path === '/' ? '' : path
    const name = `serves tokens and protected routes behind a proxy that ends TLS${prefix && ', below a path'}`
    return behindProxy(name, { path }, async (proxy) => {
      const expected = { params: [['a', '1']], repeated: [] } // prettier-ignore
      await assertAnswer(await proxy.fetch(`${prefix}/token`, form('a=1')), 200, expected, 'a form')
      const echo = (await (await proxy.fetch(`${prefix}/echo?header=host`)).json()) as Record<string, unknown>
      assertEqual([echo['path'], echo['query']], [`${prefix}/echo`, 'header=host'], 'path and query')
      const notes = await proxy.fetch(`${prefix}/notes`, bearer('where:read'))
      await assertAnswer(notes, 200, { subject: `${prefix}/notes`, body: '' }, 'a protected route')
      assertEqual((await proxy.fetch(`${prefix}/notes`)).status, 401, 'the status without a token')
    })
  }),

  behindProxy('keeps the people apart who share a connection of a proxy', {}, async (proxy) => {
    const subjects = await Promise.all(
      Array.from({ length: 24 }, async (_, n) => {
        const response = await proxy.fetch('/notes', n % 3 === 2 ? {} : bearer(`user${n}:read`))
        return ((await response.json()) as { subject?: unknown }).subject
      }),
    )
    const expected = subjects.map((_, n) => (n % 3 === 2 ? undefined : `user${n}`))
    assertEqual(subjects, expected, 'who is seen')
  }),

  behindProxy('refuses a body of 10 MB behind a proxy, which goes on with its next request', {}, async (proxy) => {
    const response = await proxy.fetch('/body', { method: 'POST', body: 'a'.repeat(10_000_000) })
    assertEqual(response.status, 413, 'the status')
    const after = await Promise.all([proxy.fetch('/page'), proxy.fetch('/page')])
    assertEqual(after.map(({ status }) => status), [200, 200], 'the statuses of the next requests') // prettier-ignore
  }),
]

function behindProxy(
  name: string,
  options: CaseOptions,
  body: (proxy: TlsProxy) => Promise<void>,
): AdapterContractCase {
  return adapterCase(name, options, async ({ url }) => {
    const proxy = await startTlsProxy(url)
    try {
      await body(proxy)
    } finally {
      await proxy.stop()
    }
  })
}
