import { cookieSessions, OAuth } from '@authlib/core'
import { adapterBrowserContract, adapterContract, startNodeServer, type ContractApplication } from '@authlib/testing'
import { oauth1Contract } from '@authlib/testing/oauth1'
import type { GetServerSideProps, NextApiHandler, NextApiRequest, NextApiResponse } from 'next'
import type { RequestListener, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { openBrowser } from '../../../../test/support/browser.ts'
import { FormBrowser } from '../../../../test/support/form-browser.ts'
import { chromium, describeWith } from '../../../../test/support/needs.ts'
import { startNext } from '../../test/start-next.ts'
import { currentToken, mount, nextAdapter, protect } from './index.ts'

let handler: RequestListener

beforeAll(async () => {
  handler = await startNext('pages')
}, 120_000)

const options = { describe, name: 'the adapter contract on the pages router', adapter: nextAdapter, serve }

adapterContract({
  ...options,
  it,
  parsers: ['form', 'json'],
  deviations: ['mergesSlashes', 'normalizesTargets', 'refusesAbsoluteTargets', 'rewritesQuery'],
})
oauth1Contract({ ...options, it, name: 'the OAuth 1 contract on the pages router', parsers: ['form'] })

describeWith(chromium, 'in a real browser', (path) => {
  adapterBrowserContract({
    ...options,
    it: (name, body) => it(name, body, 60_000),
    openBrowser: () => openBrowser(path),
  })
})

describe('getServerSideProps', () => {
  const oauth = new OAuth({ adapter: nextAdapter, secrets: ['a secret of the application, 32 characters'] })
  const sessions = cookieSessions(oauth, { url: 'http://127.0.0.1' })
  const props: GetServerSideProps = async ({ res }) => {
    const session = await sessions.find(res)
    if (!session) return { redirect: { destination: '/api/login', permanent: false } }
    return { props: { subject: session.subject } }
  }
  const signIn: NextApiHandler = async (_request, response) => {
    await sessions.signIn(response, { subject: 'alice' })
    response.redirect('/who')
  }

  it('finds the session of a person', async () => {
    const browser = await open('/api/sign-in')
    expect(browser.status).toBe(200)
    expect(browser.text).toContain('Hello alice')
  })

  it('sends a stranger to the login, also when a link of Next.js asks for the props only', async () => {
    Object.assign(globalThis, { contractApplication: { answer: signIn, props } })
    const server = await startNodeServer(handler)
    const page = await fetch(`${server.url}/who`, { redirect: 'manual' })
    const id = /"buildId":"([^"]+)"/.exec(await (await fetch(`${server.url}/404`)).text())?.[1] ?? ''
    const data = await fetch(`${server.url}/_next/data/${id}/who.json`)
    const answer: unknown = await data.json()
    await server.stop()
    expect([page.status, page.headers.get('location')]).toEqual([307, '/api/login'])
    expect(answer).toEqual({ pageProps: { __N_REDIRECT: '/api/login', __N_REDIRECT_STATUS: 307 }, __N_SSP: true })
  })

  async function open(path: string): Promise<FormBrowser> {
    Object.assign(globalThis, { contractApplication: { answer: signIn, props } })
    const server = await startNodeServer(handler)
    const browser = new FormBrowser()
    await browser.open(server.url + path)
    await server.stop()
    return browser
  }
})

function serve(application: ContractApplication<ServerResponse, void>) {
  const { decorated, parser, mountables, onError, path, protector, stream, login, callback } = application
  const mounted = mount(mountables, { onError })
  const read = protect(protector, 'read', { onError })
  const handlers: Record<string, NextApiHandler> = {
    '/open': open,
    [`${path}/open`]: open,
    '/notes': read(open),
    [`${path}/notes`]: read(open),
    '/stream': read(async (_request, response) => {
      await pipeline(Readable.from(stream()), response).catch(() => undefined) // the client has left
    }),
    '/admin': protect(protector, 'write', { onError })(open),
    '/login': (_request, response) => login(response),
    '/callback': async (_request, response) => {
      const result = await callback(response)
      response.appendHeader('set-cookie', 'session=1').json(result)
    },
  }
  const answer: NextApiHandler = (request, response) => {
    if (decorated) {
      response.setHeader('x-application', 'yes').setHeader('access-control-allow-origin', 'https://app.example')
      response.appendHeader('set-cookie', 'before=1')
    }
    return (handlers[request.url?.split('?')[0] ?? ''] ?? mounted)(request, response)
  }
  Object.assign(globalThis, { contractApplication: { answer } })
  return startNodeServer((incoming, outgoing) => {
    if (parser !== undefined) incoming.headers['x-parsed'] = 'yes' // to the route with the parser of Next.js
    handler(incoming, outgoing)
  })
}

async function open(request: NextApiRequest, response: NextApiResponse): Promise<void> {
  const body: unknown = request.body ?? (await text(request))
  response.json({ subject: currentToken(request)?.subject ?? null, body: typeof body === 'string' ? body : '' })
}
