import { jsonResponse, type Adapter, type HttpHeader, type HttpRequest, type HttpResponse } from '@authlib/core'
import {
  adapterBrowserContract,
  adapterContract,
  adapterContractCases,
  startHttp2Server,
  startNodeServer,
  type AdapterContractCase,
  type ContractApplication,
  type Deviation,
} from '@authlib/testing'
import { oauth1Contract, oauth1ContractCases } from '@authlib/testing/oauth1'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { openBrowser } from '../../../test/support/browser.ts'
import { chromium, describeWith } from '../../../test/support/needs.ts'
import { currentToken, mount, nodeAdapter, protect } from './index.ts'

const sound: Parts = { adapter: nodeAdapter, mount, protect }

adapterContract({
  describe,
  it,
  name: 'the adapter contract on node:http',
  adapter: nodeAdapter,
  serve: (application) => serve(application),
  serveHttp2: (application) => startHttp2Server(listenerOf(application)),
})

oauth1Contract({
  describe,
  it,
  name: 'the OAuth 1 contract on node:http',
  adapter: nodeAdapter,
  serve: (application) => serve(application),
})

describeWith(chromium, 'in a real browser', (path) => {
  adapterBrowserContract({
    describe,
    it: (name, body) => it(name, body, 60_000),
    name: 'the adapter contract on node:http',
    adapter: nodeAdapter,
    serve: (application) => serve(application),
    openBrowser: () => openBrowser(path),
  })
})

describe('the adapter contract', () => {
  it.each(Object.entries(flawedParts()))('catches an adapter that %s', async (_flaw, flawed) => {
    expect(await failures(flawed)).not.toEqual([])
  })

  it.each(Object.entries(wrappedParts()))('finds nothing in a sound adapter behind %s', async (_name, wrapped) => {
    expect(await failures(wrapped)).toEqual([])
  })
})

describe('a declared deviation', () => {
  const all: readonly Deviation[] = [
    ...(['rewritesQuery', 'mergesSlashes', 'buffersBodies', 'firstHeaderOnly', 'normalizesTargets'] as const),
    ...(['refusesAbsoluteTargets', 'refusesPipelining', 'fillsRedirects'] as const),
  ]

  it.each(all)('must be real: the suite catches a sound adapter that declares %s', async (deviation) => {
    const about = adapterContractCases().filter((each) => each.deviation === deviation)
    expect(await failures(sound, about, [deviation])).not.toEqual([])
  })
})

describe('the OAuth 1 contract', () => {
  it.each(Object.entries(partsThatBreakSignatures()))('catches an adapter that %s', async (_flaw, flawed) => {
    expect(await failures(flawed, oauth1ContractCases())).not.toEqual([])
  })

  it('finds nothing in a sound adapter behind one that sees requests', async () => {
    expect(
      await failures(
        guardOf(() => ({})),
        oauth1ContractCases(),
      ),
    ).toEqual([])
  })
})

/** Names of the cases that fail, up to the first. */
async function failures(
  parts: Partial<Parts>,
  cases: readonly Pick<AdapterContractCase, 'name' | 'run'>[] = adapterContractCases(),
  deviations?: readonly Deviation[],
): Promise<readonly string[]> {
  const { adapter, ...rest } = { ...sound, ...parts }
  for (const each of cases) {
    try {
      await each.run({ adapter, serve: (application) => serve(application, rest), deviations })
    } catch (error) {
      return [`${each.name}: ${String(error)}`]
    }
  }
  return []
}

type Application = ContractApplication<ServerResponse, void>

interface Parts {
  readonly adapter: Adapter<ServerResponse>
  readonly mount: typeof mount
  readonly protect: typeof protect
}

/** An application without a framework, which cuts off paths as Connect does. */
function serve(application: Application, parts?: Pick<Parts, 'mount' | 'protect'>) {
  return startNodeServer(listenerOf(application, parts))
}

function listenerOf(application: Application, { mount, protect }: Pick<Parts, 'mount' | 'protect'> = sound) {
  const { decorated, mountables, onError, path, protector, stream, login, callback } = application
  const read = protect(protector, 'read', { onError })
  const mounted = mount(mountables, { onError })
  const routes: Record<string, (incoming: IncomingMessage, outgoing: ServerResponse) => unknown> = {
    '/open': open,
    [`${path}/open`]: open,
    '/notes': guarded(read),
    [`${path}/notes`]: guarded(read),
    '/stream': (incoming, outgoing) => read(incoming, outgoing, () => void sendStream(stream(), outgoing)),
    '/admin': guarded(protect(protector, 'write', { onError })),
    '/login': (_, outgoing) => login(outgoing),
    '/callback': (_, outgoing) => finish(outgoing),
  }

  async function finish(outgoing: ServerResponse): Promise<void> {
    const result = await callback(outgoing)
    outgoing.appendHeader('set-cookie', 'session=1')
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result))
  }

  return (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (decorated) {
      outgoing.setHeader('x-application', 'yes').setHeader('access-control-allow-origin', 'https://app.example')
      outgoing.appendHeader('set-cookie', 'before=1')
    }
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
  }
}

async function sendStream(stream: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  await pipeline(Readable.from(stream), outgoing).catch(() => undefined) // the client has left
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

/** Adapters with one flaw each. Hoisted, because the table above is built first. */
function flawedParts(): Record<string, Partial<Parts>> {
  const onceEach = (headers: readonly HttpHeader[]) => [...new Map(headers)]

  return {
    'reads the path that the framework has left': before((incoming) =>
      Object.assign(incoming, { originalUrl: undefined }),
    ),
    'reads a body before it knows whose it is': before((incoming) => incoming.resume()),
    'takes paths in any case': before((incoming) => (incoming.url = incoming.url?.toLowerCase())),
    'decodes paths': before((incoming) => (incoming.url = decodeURI(incoming.url ?? ''))),
    'ignores a slash at the end': before((incoming) => (incoming.url = incoming.url?.replace(/\/$/, ''))),
    'lets a header choose the path': before((incoming) => {
      incoming.url = (incoming.headers['x-original-url'] as string | undefined) ?? incoming.url
    }),
    'lets a header choose the method': before((incoming) => {
      incoming.method = (incoming.headers['x-http-method-override'] as string | undefined) ?? incoming.method
    }),
    'forgets what the application has set': before((_, outgoing) => {
      for (const name of outgoing.getHeaderNames()) outgoing.removeHeader(name)
    }),
    'answers OPTIONS by itself': before((incoming, outgoing) => incoming.method === 'OPTIONS' && outgoing.writeHead(200).end()), // prettier-ignore
    'has no limit for bodies': { mount: (mountables, options) => mount(mountables, { ...options, maxBody: Infinity }) },
    'has a lower limit for bodies': {
      mount: (mountables, options) => mount(mountables, { ...options, maxBody: 65_535 }),
    },
    'reads a body only once': seen((request) => {
      let texts = 0
      return { text: () => (texts++ ? Promise.resolve('') : request.text()) }
    }),
    'reads no bodies': seen(() => ({ text: () => Promise.resolve('') })),
    'reads bytes that are not UTF-8': seen((request) => ({ text: () => request.text().catch(() => '') })),
    'forgets the query': seen(({ url }) => ({ url: url.split('?')[0]! })),
    'normalises the query': seen(({ url }) => ({ url: url.replace('+', '%20') })),
    'finds headers by their lower-case name only': seen(({ headers }) => ({
      headers: { get: (name) => (name === name.toLowerCase() ? headers.get(name) : null) },
    })),
    'takes the first of two headers': seen(({ headers }) => ({
      headers: { get: (name) => headers.get(name)?.split(', ')[0] ?? null },
    })),
    'finds members of every object among the headers': seen(({ headers }) => ({
      headers: { get: (name) => headers.get(name) ?? (name in {} ? 'inherited' : null) },
    })),
    'tells what went wrong': {
      mount: (mountables, options) =>
        mount(
          [mountables].flat().map(({ routes, handle }) => ({
            routes,
            handle: async (request) => {
              try {
                return await handle(request)
              } catch (error) {
                return jsonResponse(500, String(error))
              }
            },
          })),
          options,
        ),
    },
    'sends one header of a name': sent((response) => ({ ...response, headers: onceEach(response.headers) })),
    'sends every answer with 200': sent((response) => ({ ...response, status: 200 })),
    'answers twice': before((_, outgoing) => {
      const { socket } = outgoing
      outgoing.once('finish', () => socket?.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'))
    }),
    'sends a stream when it has ended': {
      protect: (...options) => {
        const guard = protect(...options)
        return (incoming, outgoing, next) => {
          const end = outgoing.end.bind(outgoing)
          const chunks: Uint8Array[] = []
          Object.assign(outgoing, {
            write: (chunk: Uint8Array) => chunks.push(Buffer.from(chunk)) > 0,
            end: (chunk = '') => end(Buffer.concat([...chunks, Buffer.from(chunk)])),
          })
          guard(incoming, outgoing, next)
        }
      },
    },
    'shows the protector what the framework has left of the path': {
      protect: (...options) => {
        const guard = protect(...options)
        return (incoming, outgoing, next) => {
          Object.assign(incoming, { originalUrl: incoming.url?.replace('/auth', '') })
          guard(incoming, outgoing, next)
        }
      },
    },
    'answers behind a proxy only for the public host': before((incoming) => {
      if (incoming.headers.host === 'app.internal:8080') incoming.url = '/elsewhere'
    }),
    'sends no challenge': sent((response) => ({
      ...response,
      headers: response.headers.filter(([name]) => name !== 'www-authenticate'),
    })),
    'lets everybody in': { protect: () => (_incoming, _outgoing, next) => next() },
    'lets in whoever has any token': { protect: (protector) => protect(protector, 'read' as never) },
    'forgets the token': {
      protect: (protector, ...rest) => {
        const nobody: typeof protector.protect = async (...request) => ({
          ...(await protector.protect(...request)),
          subject: 'nobody',
        })
        return protect({ ...protector, protect: nobody }, ...rest)
      },
    },
    'sets no cookies': { adapter: { ...nodeAdapter, setCookies: () => undefined } },
    'sets the last cookie only': {
      adapter: {
        ...nodeAdapter,
        setCookies(outgoing, cookies) {
          for (const { name, value } of cookies) outgoing.setHeader('set-cookie', `${name}=${value}`)
        },
      },
    },
    'redirects without the cookies that were set': {
      adapter: {
        ...nodeAdapter,
        respond(outgoing, response) {
          outgoing.removeHeader('set-cookie')
          nodeAdapter.respond(outgoing, response)
        },
      },
    },
  }
}

/** Adapters with one flaw each that a signature or its nonce notices. */
function partsThatBreakSignatures(): Record<string, Partial<Parts>> {
  return {
    'shows a protector no body': guardOf(() => ({ text: () => Promise.resolve('') })),
    'shows a protector the query decoded': guardOf(({ url }) => ({ url: decodeURIComponent(url) })),
    'shows a protector no query': guardOf(({ url }) => ({ url: url.split('?')[0]! })),
    'shows a protector the path in another case': guardOf(({ url }) => ({ url: url.replace('/notes', '/Notes') })),
    'shows a protector one method for all': guardOf(() => ({ method: 'GET' })),
    'shows a mountable the body of another encoding': before((incoming) => incoming.setEncoding('latin1')),
    'keeps the body that a protector has read': {
      protect:
        (...options) =>
        (incoming, outgoing, next) => {
          protect(...options)(incoming, outgoing, () => void text(incoming).then(next))
        },
    },
    'lets everybody in': { protect: () => (_incoming, _outgoing, next) => next() },
    'does not wait for the protector': {
      protect:
        (protector, ...rest) =>
        (incoming, outgoing, next) => {
          protect(protector, ...rest)(incoming, outgoing, () => undefined)
          next()
        },
    },
    'sets no cookies': { adapter: { ...nodeAdapter, setCookies: () => undefined } },
  }
}

/** Changes what a protector sees. */
function guardOf(change: (request: HttpRequest) => Partial<HttpRequest>): Partial<Parts> {
  return {
    protect: (protector, ...rest) => {
      const guard: typeof protector.protect = (request, requirement) =>
        protector.protect({ ...request, text: () => request.text(), ...change(request) }, requirement)
      return protect({ protect: guard, respond: (error) => protector.respond(error) }, ...rest)
    },
  }
}

/** Changes what a mountable sees. */
function seen(change: (request: HttpRequest) => Partial<HttpRequest>): Partial<Parts> {
  return {
    mount: (mountables, options) =>
      mount(
        [mountables].flat().map(({ routes, handle }) => ({
          routes,
          handle: (request) => handle({ ...request, text: () => request.text(), ...change(request) }),
        })),
        options,
      ),
  }
}
/** Changes what is answered. */
function sent(change: (response: HttpResponse) => HttpResponse): Partial<Parts> {
  return {
    mount: (mountables, options) =>
      mount(
        [mountables].flat().map(({ routes, handle }) => ({
          routes,
          handle: async (request) => change(await handle(request)),
        })),
        options,
      ),
    protect: (protector, ...rest) =>
      protect({ ...protector, respond: (error) => change(protector.respond(error)) }, ...rest),
  }
}
/** Meddles before the adapter. */
function before(change: (incoming: IncomingMessage, outgoing: ServerResponse) => unknown): Partial<Parts> {
  return {
    mount(mountables, options) {
      const mounted = mount(mountables, options)
      return (incoming, outgoing, next) => {
        change(incoming, outgoing)
        mounted(incoming, outgoing, next)
      }
    },
  }
}

function wrappedParts(): Record<string, Partial<Parts>> {
  return {
    'one that sees requests': seen(() => ({})),
    'one that sends answers': sent((response) => response),
    'one that comes before': before(() => undefined),
  }
}
