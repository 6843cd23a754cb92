/** The same application on HTTP/2, where many requests share one connection and may end one by one. */

import { connect, constants, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2'
import { text } from 'node:stream/consumers'
import { assertEqual } from '../assert.ts'
import type { Deviation } from './application.ts'
import { withApplication, type AdapterContractCase } from './case.ts'
import { STREAMED } from './fixtures.ts'

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Connection {
  readonly url: string
  readonly session: ClientHttp2Session
  readonly release: () => void
  readonly aborted: () => Promise<unknown>
  readonly send: (
    method: string,
    path: string,
    body?: string,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

export const http2Cases: readonly AdapterContractCase[] = [
  http2Case('answers GET, HEAD, OPTIONS and a redirect with its cookies', async ({ send }) => {
    const page = await send('GET', '/page')
    assertEqual([page.status, page.body], [200, '<p>Grüße, 世界</p>'], 'a GET')
    const head = await send('HEAD', '/page')
    assertEqual([head.status, head.body], [200, ''], 'a HEAD')
    assertEqual((await send('OPTIONS', '/token')).status, 204, 'the status of OPTIONS')
    assertEqual((await send('GET', '/empty')).status, 204, 'the status of an empty answer')
    assertEqual((await send('GET', '/throws')).status, 500, 'the status of what a mountable throws')
    const redirect = await send('GET', '/cookies')
    assertEqual([redirect.status, redirect.headers['set-cookie']?.length], [303, 2], 'a redirect with cookies')
    assertEqual((await send('GET', '/open')).body.includes('"subject":null'), true, 'a route of the application')
  }),

  http2Case('reads a form', async ({ send }) => {
    const { body } = await send('POST', '/token', 'a=1+2&b=%C3%BC', FORM)
    assertEqual(JSON.parse(body), { params: [['a', '1 2'], ['b', 'ü']], repeated: [] }, 'the form') // prettier-ignore
  }),

  http2Case(
    'asks for a token, lets a valid one in, and leaves the body that the protector has read',
    async ({ send }) => {
      assertEqual((await send('GET', '/notes')).status, 401, 'the status without a token')
      const { body } = await send('GET', '/notes', '', { authorization: 'Bearer ann:read' })
      assertEqual((JSON.parse(body) as { subject: unknown }).subject, 'ann', 'the subject')
      const read = await send('POST', '/notes', 'Grüße', {
        authorization: 'Bearer reader:read',
        'content-type': 'text/plain',
      })
      assertEqual(JSON.parse(read.body), { subject: 'read Grüße', body: 'Grüße' }, 'the body')
    },
  ),

  http2Case('begins and ends a login', async ({ send }) => {
    const { status, headers } = await send('GET', '/login?state=s')
    assertEqual([status, headers.location], [303, 'https://provider.example/authorize?state=s'], 'the redirect')
    assertEqual(headers['set-cookie']?.length, 2, 'the cookies')
    const { body } = await send('GET', '/callback?code=1', '', { cookie: 'lax=l1; none=n1' })
    assertEqual(JSON.parse(body), { method: 'GET', params: [['code', '1']], lax: 'l1', none: 'n1' }, 'the result')
  }),

  http2Case('refuses a body of 10 MB, and goes on with the connection', async ({ send }) => {
    assertEqual((await send('POST', '/body', 'a'.repeat(10_000_000))).status, 413, 'the status')
    assertEqual((await send('GET', '/page')).status, 200, 'the status of the next request')
  }),

  http2Case('answers many requests of one connection, each with its own', async ({ send }) => {
    const texts = Array.from({ length: 40 }, (_, n) => `body ${n}`)
    const answers = await Promise.all(texts.map((body) => send('POST', '/echo', body)))
    assertEqual(answers.map(({ body }) => (JSON.parse(body) as { text: unknown }).text), texts, 'the texts') // prettier-ignore
  }),

  http2Case('sends the first half of a stream before there is a second', async ({ session, send, release }) => {
    const stream = session.request({ ':path': '/stream', authorization: 'Bearer ann:read' })
    let received = ''
    stream.setEncoding('utf8').on('data', (chunk: string) => (received += chunk))
    const ended = new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject))
    for (let n = 0; n < 20 && received === ''; n++) await send('GET', '/open')
    assertEqual(received, STREAMED[0], 'what has arrived before the second half')
    release()
    await ended
    assertEqual(received, STREAMED.join(''), 'the body')
  }),

  http2Case(
    'notices a request that is reset in the middle of its body',
    async (connection) => {
      const { send, aborted } = connection
      await reset(connection)
      assertEqual((await aborted()) instanceof Error, true, 'the text of the body fails')
      assertEqual((await send('GET', '/page')).status, 200, 'the status of the next request')
    },
    {
      deviation: 'endsResetConnections',
      body: async (connection) => {
        const { session, url } = connection
        const ended = new Promise<void>((resolve) => session.once('error', () => resolve()).once('close', resolve))
        await reset(connection)
        await ended
        assertEqual((await fetchOnce(url)).status, 200, 'the status of a request on another connection')
      },
    },
  ),
]

/** Sends a part of a request, and ends it. */
async function reset({ session, send }: Connection): Promise<void> {
  const stream = session.request({ ':method': 'POST', ':path': '/aborted', 'content-length': '100' })
  stream.on('error', () => undefined).write('only a part')
  await send('GET', '/page') // by now the first request has been read
  stream.close(constants.NGHTTP2_CANCEL)
}

async function fetchOnce(url: string): Promise<Answer> {
  const session = connect(url)
  try {
    return await send(session, 'GET', '/page')
  } finally {
    session.destroy()
  }
}

function http2Case(
  name: string,
  body: (connection: Connection) => Promise<void>,
  deviant?: { readonly deviation: Deviation; readonly body: typeof body },
): AdapterContractCase {
  return {
    name: `${name}, on HTTP/2`,
    deviation: deviant?.deviation,
    run: (subject) =>
      withApplication(subject, { protocol: 'HTTP/2' }, async (app) => {
        const session = connect(app.url)
        const deviates = deviant !== undefined && subject.deviations?.includes(deviant.deviation) === true
        try {
          await (deviates ? deviant.body : body)({
            url: app.url,
            session,
            release: () => app.release(),
            aborted: () => app.aborted(),
            send: (...request) => send(session, ...request),
          })
        } finally {
          session.destroy()
        }
      }),
  }
}

function send(
  session: ClientHttp2Session,
  method: string,
  path: string,
  body = '',
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':method': method, ':path': path, ...headers })
    let received: IncomingHttpHeaders = {}
    stream.on('response', (answered) => (received = answered)).on('error', reject)
    text(stream).then(
      (answer) => resolve({ status: Number(received[':status']), headers: received, body: answer }),
      reject,
    )
    if (body === '') stream.end()
    else stream.end(body)
  })
}
