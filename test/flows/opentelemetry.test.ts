// Spans of servers and clients, recorded by the SDK of OpenTelemetry.
import { AuthlibError } from '@authlib/core'
import { traceEvents, traceFetch } from '@authlib/core/opentelemetry'
import { OAuth2Client } from '@authlib/oauth2/client'
import type { OAuth1ServerOptions } from '@authlib/oauth1/server'
import type { AuthorizationServer } from '@authlib/oauth2/server'
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  Browser,
  fullServer,
  ISSUER,
  obtainCode,
  post,
  redeem,
  REDIRECT_URI,
  WEB,
} from '../../packages/oauth2/test/journey.ts'

const exporter = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
const tracer = provider.getTracer('test')
beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()))
beforeEach(() => exporter.reset())
afterAll(() => {
  context.disable()
  return provider.shutdown()
})

const spans = (name?: string): ReadableSpan[] =>
  exporter.getFinishedSpans().filter((span) => name === undefined || span.name === name)
const only = (name: string): ReadableSpan => {
  expect(spans(name)).toHaveLength(1)
  return spans(name)[0]!
}
/** Everything that is exported of the spans. */
const shown = (): string =>
  JSON.stringify(spans().map(({ name, attributes, status, events }) => ({ name, attributes, status, events })))

function tracedServer(): AuthorizationServer {
  return fullServer({ onEvent: traceEvents(tracer) }).server
}

function clientOf(server: AuthorizationServer): OAuth2Client {
  return new OAuth2Client({
    issuer: ISSUER,
    clientId: 'web',
    clientSecret: WEB.client_secret,
    fetch: traceFetch(tracer, (input, init) => server.fetch(new Request(input, init))),
  })
}

describe('a login and what follows', () => {
  it('is shown with its client, its grants and its requests', async () => {
    const server = tracedServer()
    const client = clientOf(server)
    const { url, login } = await client.createAuthorization({ redirectUri: REDIRECT_URI, scope: ['read'] })
    const answer = await new Browser(server).authorize(Object.fromEntries(new URL(url).searchParams))
    await client.finishAuthorization(`${REDIRECT_URI}?${answer.toString()}`, login)
    expect(only('authorization.granted').attributes).toEqual({ 'authlib.client_id': 'web' })
    const issued = only('token.issued')
    expect(issued.attributes).toEqual({ 'authlib.client_id': 'web', 'authlib.grant_type': 'authorization_code' })
    expect(issued.status.code).toBe(SpanStatusCode.UNSET)
    const sent = only('POST')
    expect(sent.kind).toBe(SpanKind.CLIENT)
    expect(sent.attributes).toEqual({
      'http.request.method': 'POST',
      'server.address': 'localhost',
      'server.port': 4000,
      'url.scheme': 'http',
      'http.response.status_code': 200,
    })
    expect(issued.parentSpanContext?.spanId).toBe(sent.spanContext().spanId)
  })

  it('shows nothing that was secret in a login', async () => {
    const server = tracedServer()
    const client = clientOf(server)
    const { url, login } = await client.createAuthorization({ redirectUri: REDIRECT_URI, scope: ['read'] })
    const params = new URL(url).searchParams
    const answer = await new Browser(server).authorize(Object.fromEntries(params))
    const { token } = await client.finishAuthorization(`${REDIRECT_URI}?${answer.toString()}`, login)
    const next = await client.refresh(token)
    const forged = { ...next, refreshToken: 'rt_forged-forged-forged-forged' }
    await expect(client.refresh(forged)).rejects.toMatchObject({ code: 'invalid_grant' })
    const wrong = { ...WEB, client_secret: 'wrong-secret-wrong-secret-wrong' }
    await post(server, '/token', { grant_type: 'client_credentials' }, wrong)
    await post(server, '/token', { grant_type: 'grant-in-the-wrong-place', client_id: 'id-in-the-wrong-place' })
    await post(server, '/token', { grant_type: 'grant-in-the-wrong-place' }, WEB)
    await new Browser(server).open(`/authorize?client_id=id-in-the-wrong-place&state=${params.get('state')}`)
    const secrets = [
      ...[
        WEB.client_secret,
        wrong.client_secret,
        login.codeVerifier,
        answer.get('code'),
        params.get('state'),
        params.get('code_challenge'),
      ],
      ...[token.accessToken, token.refreshToken, next.accessToken, next.refreshToken, forged.refreshToken],
      ...['alice', 'in-the-wrong-place', '/token', '/authorize', REDIRECT_URI],
    ]
    expect(spans().length).toBeGreaterThan(10)
    expect(secrets.filter((secret) => secret === undefined || secret === null)).toEqual([])
    expect(secrets.filter((secret) => shown().includes(String(secret)))).toEqual([])
  })

  it('shows what was refused as a failure, with the code', async () => {
    const server = tracedServer()
    const code = await obtainCode(server)
    expect((await redeem(server, code, { code_verifier: 'x'.repeat(43) })).status).toBe(400)
    const refused = only('token.refused')
    expect(refused.status).toEqual({ code: SpanStatusCode.ERROR })
    expect(refused.attributes).toEqual({
      'authlib.client_id': 'web',
      'authlib.grant_type': 'authorization_code',
      'error.type': 'invalid_grant',
    })
    await post(server, '/token', { grant_type: 'client_credentials' }, { ...WEB, client_secret: 'wrong' })
    expect(only('client.refused').attributes).toEqual({ 'error.type': 'client.refused' })
  })
})

describe('an event', () => {
  const tell = traceEvents(tracer)

  it('belongs to the request that is active', () => {
    tracer.startActiveSpan('request', (request) => {
      tell({ type: 'client.registered' })
      request.end()
    })
    expect(only('client.registered').parentSpanContext?.spanId).toBe(only('request').spanContext().spanId)
  })

  it.each([
    [new AuthlibError('store_unavailable', 'The secret is s3cr3t'), 'store_unavailable'],
    [new TypeError('s3cr3t'), 'TypeError'],
    [new Error('s3cr3t', { cause: { code: 'ECONNRESET' } }), 'ECONNRESET'],
    [Object.assign(new Error('s3cr3t'), { name: 'with s3cr3t' }), '_OTHER'],
    ['s3cr3t', '_OTHER'],
    [null, '_OTHER'],
  ])('has the code or the name of an error, never its message: %s', (error, type) => {
    tell({ type: 'server.error', error } as { type: string })
    const { attributes, status } = only('server.error')
    expect(attributes).toEqual({ 'error.type': type })
    expect(status).toEqual({ code: SpanStatusCode.ERROR })
    expect(shown()).not.toContain('s3cr3t')
  })

  it('shows no member that it does not know, no reason and no query', () => {
    const event = {
      type: 'delivery.failed',
      name: 'logout',
      reason: 's3cr3t',
      data: { token: 's3cr3t' },
      own: 's3cr3t',
    }
    tell(event)
    expect(only('delivery.failed').attributes).toEqual({
      'authlib.delivery': 'logout',
      'error.type': 'delivery.failed',
    })
    tell(Object.assign({ type: 'client.updated' }, { clientId: 'https://app.example/id?key=s3cr3t', endpoint: 7 }))
    expect(only('client.updated').attributes).toEqual({ 'authlib.client_id': 'https://app.example/id' })
    expect(shown()).not.toContain('s3cr3t')
  })
})

describe('an event that is not of OAuth 2', () => {
  it('is shown too: one of OAuth 1', () => {
    const tell: NonNullable<OAuth1ServerOptions['onEvent']> = traceEvents(tracer)
    tell({ type: 'token.issued', at: 0, clientId: 'photos', subject: 's3cr3t', realms: ['s3cr3t'] })
    expect(only('token.issued').attributes).toEqual({ 'authlib.client_id': 'photos' })
    tell({ type: 'request.refused', at: 0, clientId: 's3cr3t', error: 'invalid_client', reason: 's3cr3t' })
    expect(only('request.refused').attributes).toEqual({ 'error.type': 'invalid_client' })
  })

  it('is shown without what may be of a person: one of your own', () => {
    const event = { type: 'login.failed', name: 's3cr3t', username: 's3cr3t', error: 'wrong password for s3cr3t' }
    traceEvents(tracer)(event)
    expect(only('login.failed').attributes).toEqual({ 'error.type': '_OTHER' })
    expect(only('login.failed').status).toEqual({ code: SpanStatusCode.ERROR })
  })
})

describe('a request', () => {
  const answering = (status: number) => traceFetch(tracer, () => Promise.resolve(new Response(null, { status })))

  it.each([400, 503])('is a failure when the answer is %i', async (status) => {
    await answering(status)('https://id.example/token?code=s3cr3t', { method: 'post' })
    const { attributes, status: ended } = only('POST')
    expect(attributes).toEqual({
      'http.request.method': 'POST',
      'server.address': 'id.example',
      'server.port': 443,
      'url.scheme': 'https',
      'http.response.status_code': status,
      'error.type': String(status),
    })
    expect(ended).toEqual({ code: SpanStatusCode.ERROR })
  })

  it('is a failure when there is no answer, and the error is passed on', async () => {
    const error = new TypeError('fetch failed for ?code=s3cr3t', { cause: { code: 'ECONNREFUSED' } })
    const fetching = traceFetch(tracer, () => Promise.reject(error))
    await expect(fetching(new Request('http://user.example/s3cr3t?s3cr3t', { method: 'DELETE' }))).rejects.toBe(error)
    expect(only('DELETE').attributes).toEqual({
      'http.request.method': 'DELETE',
      'server.address': 'user.example',
      'server.port': 80,
      'url.scheme': 'http',
      'error.type': 'ECONNREFUSED',
    })
    expect(shown()).not.toContain('s3cr3t')
  })

  it('is named by the methods that are known, wherever it goes', async () => {
    await answering(204)('/relative?s3cr3t', { method: 'S3CR3T' })
    expect(only('_OTHER').attributes).toEqual({ 'http.request.method': '_OTHER', 'http.response.status_code': 204 })
    await traceFetch(tracer, () => Promise.resolve(Response.error()))('https://id.example')
    expect(only('GET').attributes).not.toHaveProperty(['http.response.status_code'])
  })

  it('is active while it is sent, and adds no header', async () => {
    let active: string | undefined
    let sent: unknown
    const init = { headers: { accept: 'text/plain' } }
    await traceFetch(tracer, (_input, given) => {
      active = trace.getActiveSpan()?.spanContext().spanId
      sent = given
      return Promise.resolve(new Response())
    })('https://id.example', init)
    expect(active).toBe(only('GET').spanContext().spanId)
    expect(sent).toBe(init)
  })
})
