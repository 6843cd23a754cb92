import { adapterContract, startNodeServer, type ContractApplication } from '@authlib/testing'
import { text } from 'node:stream/consumers'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, it } from 'vitest'
import { currentToken, mount, nodeAdapter, protect } from './index.ts'

adapterContract({ describe, it, name: 'the adapter contract on node:http', adapter: nodeAdapter, serve })

/** An application without a framework, which cuts off paths as Connect does. */
function serve(application: ContractApplication<ServerResponse, void>) {
  const { decorated, mountables, onError, path, protector, login, callback } = application
  const mounted = mount(mountables, { onError })
  const routes: Record<string, (incoming: IncomingMessage, outgoing: ServerResponse) => unknown> = {
    '/open': open,
    [`${path}/open`]: open,
    '/notes': guarded(protect(protector, 'read')),
    '/admin': guarded(protect(protector, 'write')),
    '/login': (_, outgoing) => login(outgoing),
    '/callback': (_, outgoing) => finish(outgoing),
  }

  async function finish(outgoing: ServerResponse): Promise<void> {
    const result = await callback(outgoing)
    outgoing.appendHeader('set-cookie', 'session=1')
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result))
  }

  return startNodeServer((incoming, outgoing) => {
    if (decorated) outgoing.setHeader('x-application', 'yes').appendHeader('set-cookie', 'before=1')
    const { url = '/' } = incoming
    const next = () => {
      incoming.url = url
      const route = routes[url.split('?')[0]!]
      if (route) void route(incoming, outgoing)
      else outgoing.writeHead(404).end()
    }
    const below = url.indexOf(path)
    if (path !== '/' && below === -1) {
      next()
      return
    }
    if (path !== '/') {
      Object.assign(incoming, { originalUrl: url })
      incoming.url = url.slice(below + path.length)
    }
    mounted(incoming, outgoing, next)
  })
}

async function open(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const body = await text(incoming)
  outgoing.end(JSON.stringify({ subject: currentToken(incoming)?.subject ?? null, body }))
}

function guarded(guard: ReturnType<typeof protect>) {
  return (incoming: IncomingMessage, outgoing: ServerResponse) => {
    guard(incoming, outgoing, () => void open(incoming, outgoing))
  }
}
