import { adapterBrowserContract, adapterContract, startNodeServer, type ContractApplication } from '@authlib/testing'
import { oauth1Contract } from '@authlib/testing/oauth1'
import { execFileSync } from 'node:child_process'
import type { RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, it } from 'vitest'
import { openBrowser } from '../../../test/support/browser.ts'
import { chromium, describeWith } from '../../../test/support/needs.ts'
import { currentToken, mount, protect, svelteKitAdapter, type EventLike } from './index.ts'

const FOLDER = join(import.meta.dirname, '../test/app')
const options = { describe, name: 'the adapter contract on SvelteKit', adapter: svelteKitAdapter, serve }
let handler: RequestListener

/** A build of SvelteKit as it is deployed, made once. Its hooks and routes call what a test has put on `globalThis`. */
beforeAll(async () => {
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js')
  execFileSync(process.execPath, [vite, 'build'], { cwd: FOLDER, stdio: 'pipe' })
  process.env['BODY_SIZE_LIMIT'] = 'Infinity'
  const url = pathToFileURL(join(FOLDER, '.svelte-kit/app/handler.js')).href
  const built = (await import(/* @vite-ignore */ url)) as { handler: RequestListener }
  handler = built.handler
}, 60_000)

adapterContract({ ...options, it, deviations: ['firstHeaderOnly', 'refusesAbsoluteTargets'] })
oauth1Contract({ ...options, it, name: 'the OAuth 1 contract on SvelteKit' })

describeWith(chromium, 'in a real browser', (path) => {
  adapterBrowserContract({
    ...options,
    it: (name, body) => it(name, body, 60_000),
    openBrowser: () => openBrowser(path),
  })
})

type Handle = ReturnType<typeof mount>

function serve({
  decorated,
  mountables,
  onError,
  path,
  protector,
  stream,
  login,
  callback,
}: ContractApplication<EventLike, Response>) {
  const mounted = mount(mountables, { onError })
  const read = protect(protector, 'read', { onError })
  const handle: Handle = async (input) => {
    const response = await mounted(input)
    return decorated ? decorate(response) : response
  }
  const routes: Record<string, (event: EventLike) => Promise<Response>> = {
    '/open': open,
    [`${path}/open`]: open,
    '/notes': read(open),
    [`${path}/notes`]: read(open),
    '/stream': read(() => new Response(stream())),
    '/admin': protect(protector, 'write', { onError })(open),
    '/login': login,
    '/callback': async (event) => {
      const headers = { 'content-type': 'application/json', 'set-cookie': 'session=1' }
      return new Response(JSON.stringify(await callback(event)), { headers })
    },
  }
  const answer = (event: EventLike): Promise<Response> | Response =>
    routes[new URL(event.request.url).pathname]?.(event) ?? new Response(null, { status: 404 })
  Object.assign(globalThis, { contractApplication: { handle, answer } })
  return startNodeServer(handler)
}

async function open(event: EventLike): Promise<Response> {
  return Response.json({ subject: currentToken(event)?.subject ?? null, body: await event.request.text() })
}

function decorate(response: Response): Response {
  const copy = new Response(response.body, response)
  copy.headers.set('x-application', 'yes')
  copy.headers.set('access-control-allow-origin', 'https://app.example')
  copy.headers.append('set-cookie', 'before=1')
  return copy
}
