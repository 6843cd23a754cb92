import { adapterBrowserContract, adapterContract, startNodeServer, type ContractApplication } from '@authlib/testing'
import { oauth1Contract } from '@authlib/testing/oauth1'
import type { RequestListener } from 'node:http'
import { beforeAll, describe, it } from 'vitest'
import { openBrowser } from '../../../test/support/browser.ts'
import { chromium, describeWith } from '../../../test/support/needs.ts'
import { bundleAdapter } from '../test/bundle-adapter.ts'
import { BundledAdapter, decorate, routeHandlers, type NextAdapter } from '../test/route-handlers.ts'
import { startNext } from '../test/start-next.ts'
import { mount } from './mount.ts'
import type { NextContext } from './request.ts'

const adapter = new BundledAdapter()
let handler: RequestListener

beforeAll(async () => {
  bundleAdapter()
  handler = await startNext('proxied')
}, 120_000)

const options = { describe, name: 'the adapter contract in proxy.ts', adapter, serve }

adapterContract({
  ...options,
  it,
  deviations: [
    'buffersBodies',
    'fillsRedirects',
    'firstHeaderOnly',
    'mergesSlashes',
    'normalizesTargets',
    'refusesAbsoluteTargets',
    'rewritesQuery',
  ],
})
oauth1Contract({ ...options, it, name: 'the OAuth 1 contract in proxy.ts' })

describeWith(chromium, 'in a real browser', (path) => {
  adapterBrowserContract({
    ...options,
    it: (name, body) => it(name, body, 60_000),
    openBrowser: () => openBrowser(path),
  })
})

/** The mountables are in `proxy.ts`; what they leave goes on to route handlers. */
function serve(application: ContractApplication<NextContext, Response>) {
  const { mountables, onError, decorated } = application
  const mounted = mount(mountables, { onError })
  const own = routeHandlers(application)
  const finish = (response: Response) => (decorated ? decorate(response) : response)
  const proxy = async (request: Request): Promise<Response | undefined> => {
    const response = await mounted(request)
    return response ? finish(response) : undefined
  }
  const answer = async (request: Request, bundled: NextAdapter): Promise<Response> => {
    adapter.use(bundled)
    return finish((await own(request)) ?? new Response('Not Found', { status: 404 }))
  }
  Object.assign(globalThis, { contractApplication: { answer, proxy } })
  return startNodeServer(handler)
}
