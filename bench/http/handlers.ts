/**
 * What `protect` adds to a handler of Web requests, called directly in one process, with the token in the cache, against the
 * same handler without it. `node --conditions=@authlib/source bench/http/handlers.ts`, or the same with Bun.
 */

import { protect as onElysia } from '@authlib/elysia'
import { protect as onFetch } from '@authlib/fetch'
import { protect as onH3 } from '@authlib/h3'
import { protect as onHono } from '@authlib/hono'
import { protect as onNext } from '@authlib/next'
import { introspection, ResourceProtector } from '@authlib/oauth2/resource'
import { protect as onSvelteKit } from '@authlib/sveltekit'
import { Elysia } from 'elysia'
import { H3 } from 'h3'
import { Hono } from 'hono'
import { compare } from '../compare.ts'
import { audience, claims, issuer } from '../token.ts'

/** Asks once: after that every request finds its token in the cache. */
const protector = new ResourceProtector({
  resource: audience,
  validators: [
    introspection({
      issuer,
      endpoint: `${issuer}/introspect`,
      clientId: 'api',
      clientSecret: 'api-secret',
      cacheLifetime: 36_000,
      fetch: async () => Response.json({ active: true, ...claims }),
    }),
  ],
})

type Handler = (request: Request) => Response | Promise<Response>

const ok: Handler = () => new Response('ok')
const onEvent = onSvelteKit(protector, 'openid')((event: { readonly request: Request } & Event) => ok(event.request))

/** Of each framework its own way, open and protected. */
const subjects: readonly (readonly [name: string, open: Handler, guarded: Handler])[] = [
  ['fetch', ok, onFetch(protector, 'openid')(ok)],
  ['Next.js, a route handler', ok, onNext(protector, 'openid')(ok)],
  ['SvelteKit, `+server.ts`', (request) => ok(eventOf(request).request), (request) => onEvent(eventOf(request))],
  [
    'Hono',
    (
      (app) => (request) =>
        app.fetch(request)
    )(new Hono().get('/notes', (c) => c.text('ok'))),
    (
      (app) => (request) =>
        app.fetch(request)
    )(new Hono().get('/notes', onHono(protector, 'openid'), (c) => c.text('ok'))),
  ],
  [
    'h3 2',
    (
      (app) => (request) =>
        app.fetch(request)
    )(new H3().get('/notes', () => 'ok')),
    (
      (app) => (request) =>
        app.fetch(request)
    )(new H3().get('/notes', () => 'ok', { middleware: [onH3(protector, 'openid')] })),
  ],
  [
    'Elysia',
    (
      (app) => (request) =>
        app.fetch(request)
    )(new Elysia().get('/notes', () => 'ok')),
    (
      (app) => (request) =>
        app.fetch(request)
    )(new Elysia().get('/notes', () => 'ok', { beforeHandle: onElysia(protector, 'openid') })),
  ],
]

const headers = { authorization: 'Bearer a-token-that-is-as-long-as-opaque-tokens-of-ours-are' }

console.log('| framework | open, CPU µs | protected, CPU µs | added µs |')
console.log('| --- | ---: | ---: | ---: |')
for (const [name, open, guarded] of subjects) {
  const [bare, ours] = await compare([[name, caller(open)], [name, caller(guarded)]]) // prettier-ignore
  if (!bare || !ours) throw new Error(`No figures for ${name}`)
  console.log(`| ${name} | ${bare.cpu.toFixed(1)} | ${ours.cpu.toFixed(1)} | ${(ours.cpu - bare.cpu).toFixed(1)} |`)
}

function caller(handler: Handler): () => Promise<void> {
  return async () => {
    const response = await handler(new Request('https://api.example/notes', { headers }))
    if (response.status !== 200) throw new Error(`It answered ${response.status}`)
    await response.text()
  }
}

interface Event {
  readonly locals: object
  readonly cookies: { set(): void }
}

function eventOf(request: Request): { readonly request: Request } & Event {
  return { request, locals: {}, cookies: { set: () => undefined } }
}
