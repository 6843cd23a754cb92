/** What the cases of the adapter contract are made of. */

import { connect } from 'node:net'
import { assertEqual } from '../assert.ts'
import type { AdapterUnderTest, BodyParser, Deviation } from './application.ts'
import { contractLogin, contractMountable, contractProtector, contractStream } from './fixtures.ts'

/** One case of the contract, for adapters of any framework. */
export interface AdapterContractCase {
  /** What the adapter does, as a sentence. */
  readonly name: string
  /** The deviation that the case is about: see {@link deviationCase}. */
  readonly deviation?: Deviation | undefined
  /** Rejects, with an error that says what was expected, when the adapter does something else. */
  run<Context, Answer>(subject: AdapterUnderTest<Context, Answer>): Promise<void>
}

export interface CaseOptions {
  /** Where the adapter is mounted. Default `/`. */
  readonly path?: string | undefined
  readonly parser?: BodyParser | undefined
  readonly decorated?: boolean | undefined
  /** Where logins go. */
  readonly provider?: string | undefined
  /** Default `HTTP/1`. */
  readonly protocol?: 'HTTP/1' | 'HTTP/2' | undefined
}

/** A running application. */
export interface Running {
  readonly url: string
  /** What was handed to `onError`. */
  readonly errors: readonly unknown[]
  /** What the next upload to `/aborted` comes to. */
  aborted(): Promise<unknown>
  /** Lets the answers of `/stream` go on to their second half. Called once or not at all. */
  release(): void
  /** As fetch, for a path; redirects are not followed. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Lines of bytes on a connection, and all bytes that come back until it ends: for what fetch refuses to send. */
  send(...lines: readonly string[]): Promise<string>
  /** Sends the lines and breaks the connection. */
  abandon(...lines: readonly string[]): Promise<void>
  /** As `send`, for a request whose last lines follow later: after other requests were answered. */
  sendSlowly(lines: readonly string[], rest: string): Promise<{ readonly early: string; readonly whole: string }>
}

export function adapterCase(
  name: string,
  options: CaseOptions,
  body: (app: Running) => Promise<void>,
): AdapterContractCase {
  return { name, run: (subject) => withApplication(subject, options, body) }
}

/** Two cases in one: `strict` for an adapter that does not declare the deviation, `deviant` for one that does. */
export function deviationCase(
  deviation: Deviation,
  name: string,
  options: CaseOptions,
  strict: (app: Running) => Promise<void>,
  deviant: (app: Running) => Promise<void>,
): AdapterContractCase {
  return {
    name,
    deviation,
    run(subject) {
      return withApplication(subject, options, subject.deviations?.includes(deviation) ? deviant : strict)
    },
  }
}

/** Runs an application for the time of `body`. */
export async function withApplication<Context, Answer>(
  subject: AdapterUnderTest<Context, Answer>,
  { path = '/', parser, decorated = false, provider = 'https://provider.example/authorize', protocol }: CaseOptions,
  body: (app: Running) => Promise<void>,
): Promise<void> {
  const errors: unknown[] = []
  let onText: (outcome: unknown) => void = () => undefined
  const aborted = new Promise<unknown>((resolve) => (onText = resolve))
  let release: () => void = () => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  const serve = protocol === 'HTTP/2' && subject.serveHttp2 ? subject.serveHttp2 : subject.serve.bind(subject)
  const server = await serve({
    path,
    parser,
    decorated,
    mountables: [contractMountable(path, onText)],
    onError: (error) => errors.push(error),
    protector: contractProtector,
    stream: () => contractStream(released),
    ...contractLogin(subject.adapter, provider),
  })
  try {
    await body({
      url: server.url,
      errors,
      aborted: () => aborted,
      release,
      fetch: (target, init) => fetch(server.url + target, { redirect: 'manual', ...init }),
      send: (...lines) => send(server.url, lines.join('\r\n')),
      abandon: (...lines) => abandon(server.url, lines.join('\r\n')),
      sendSlowly: (lines, rest) => sendSlowly(server.url, lines.join('\r\n'), rest),
    })
  } finally {
    release() // a server may wait for its answers
    await server.stop()
  }
}

/** What a `Set-Cookie` header says, whatever the order of its attributes. `Expires` repeats `Max-Age`, or is left out. */
export function cookiesOf(response: Response): readonly Readonly<Record<string, string>>[] {
  return response.headers.getSetCookie().map((text) => {
    const [pair = '', ...attributes] = text.split(/; */)
    const named = attributes.map((attribute) => {
      const [name = '', value = ''] = attribute.split('=')
      return [name.toLowerCase(), value.toLowerCase()] as const
    })
    return { cookie: pair, ...Object.fromEntries(named.filter(([name]) => name !== 'expires')) }
  })
}

/** A form as browsers and OAuth clients post it. */
export function form(body: string, contentType = 'application/x-www-form-urlencoded'): RequestInit {
  return { method: 'POST', headers: { 'content-type': contentType }, body }
}

export function bearer(token: string): { headers: Record<string, string> } {
  return { headers: { authorization: `Bearer ${token}` } }
}

export async function assertAnswer(response: Response, status: number, body: unknown, what: string): Promise<void> {
  const text = await response.text()
  assertEqual(response.status, status, `${what}: the status (${text.slice(0, 200)})`)
  assertEqual(JSON.parse(text), body, `${what}: the body`)
}

function send(url: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes, 'latin1'))
    let answer = ''
    socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk))
    socket.on('error', reject).on('close', () => resolve(answer))
  })
}

async function sendSlowly(url: string, bytes: string, rest: string): Promise<{ early: string; whole: string }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes, 'latin1'))
  let answer = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk))
  const closed = new Promise<void>((resolve, reject) => socket.on('error', reject).on('close', () => resolve()))
  for (let n = 0; n < 20 && answer === ''; n++) await (await fetch(`${url}/open`)).text()
  const early = answer
  socket.write(rest, 'latin1')
  await closed
  return { early, whole: answer }
}

function abandon(url: string, bytes: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
      socket.write(bytes, 'latin1', () => socket.resetAndDestroy())
    })
    socket.on('error', reject).on('close', () => resolve())
  })
}
