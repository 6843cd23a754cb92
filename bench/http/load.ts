/** A client that keeps a number of requests in flight over kept-alive connections, and a browser that logs in once. */

import { fork, spawnSync, type ChildProcess } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { Agent, request as send, type IncomingHttpHeaders } from 'node:http'
import { availableParallelism } from 'node:os'
import { API, CLIENT, type Usage } from './server.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

const CORES = availableParallelism()

/** On one core, where the system can: then it is not moved about, and does not share a core with the other side. */
function pin(pid: number, core: number): void {
  spawnSync('taskset', ['-a', '-p', '-c', String(core), String(pid)], { stdio: 'ignore' })
}

let pinned = false
function pinHere(): void {
  if (!pinned && CORES > 1) pin(process.pid, 1)
  pinned = true
}

/** A server in a process of its own. */
export class Subject {
  readonly name: string
  readonly #child: ChildProcess
  readonly #agent: Agent = new Agent({ keepAlive: true, maxSockets: 64 })
  readonly #port: number

  private constructor(name: string, child: ChildProcess, port: number) {
    this.name = name
    this.#child = child
    this.#port = port
  }

  static async start(name: string, file: string, args: readonly string[] = []): Promise<Subject> {
    pinHere()
    const child = fork(new URL(`servers/${file}.ts`, import.meta.url), args, {
      execArgv: ['--conditions=@authlib/source', '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    if (CORES > 1) pin(child.pid!, 0)
    const { port } = await new Promise<{ port: number }>((resolve, reject) => {
      child.once('message', (message) => resolve(message as { port: number })) // sound: server.ts sends it first
      child.once('exit', () => reject(new Error(`${name} did not start`)))
    })
    return new Subject(name, child, port)
  }

  /** Its issuer. */
  get origin(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  usage(): Promise<Usage> {
    return new Promise((resolve) => {
      this.#child.once('message', (message) => resolve(message as Usage)) // sound: see server.ts
      this.#child.send('usage')
    })
  }

  stop(): void {
    this.#agent.destroy()
    this.#child.disconnect()
  }

  request(
    method: string,
    path: string,
    { form, headers = {} }: { form?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const length =
      form === undefined
        ? {}
        : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(Buffer.byteLength(form)) }
    return new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: this.#port,
        path,
        method,
        agent: this.#agent,
        headers: { ...length, ...headers },
      }
      const outgoing = send(options, (incoming) => {
        let text = ''
        incoming.setEncoding('utf8')
        incoming.on('data', (chunk: string) => (text += chunk))
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }))
      })
      outgoing.on('error', reject)
      outgoing.end(form)
    })
  }

  async clientCredentials(): Promise<void> {
    const answer = await this.request('POST', '/token', {
      form: 'grant_type=client_credentials&scope=read',
      headers: { authorization: BASIC },
    })
    expect(answer, 200)
  }

  /** An access token, for {@link introspect}. */
  async token(): Promise<string> {
    const answer = await this.request('POST', '/token', {
      form: 'grant_type=client_credentials&scope=read',
      headers: { authorization: BASIC },
    })
    return (JSON.parse(answer.text) as { access_token: string }).access_token
  }

  async introspect(path: string, token: string): Promise<void> {
    expect(await this.request('POST', path, { form: `token=${token}`, headers: { authorization: API_BASIC } }), 200)
  }
}

/** Someone at a provider's pages, with a cookie jar. */
export class Browser {
  readonly #subject: Subject
  readonly #authorizePath: string
  readonly #scope: string
  readonly #cookies: Map<string, string> = new Map<string, string>()
  #page = ''

  private constructor(subject: Subject, authorizePath: string, scope: string) {
    this.#subject = subject
    this.#authorizePath = authorizePath
    this.#scope = scope
  }

  /** Through the development pages of either provider, once; the cookies stay. */
  static async login(subject: Subject, authorizePath: string, scope = SCOPE): Promise<Browser> {
    const browser = new Browser(subject, authorizePath, scope)
    await browser.#logIn('x'.repeat(43))
    return browser
  }

  /** A stranger logs in, agrees, and the client redeems the code. */
  static async wholeLogin(subject: Subject, authorizePath: string, scope = SCOPE): Promise<void> {
    const verifier = randomBytes(32).toString('base64url')
    const browser = new Browser(subject, authorizePath, scope)
    await browser.#redeem(await browser.#logIn(verifier), verifier)
  }

  /** Follows the pages until the browser is sent to the client. */
  async #logIn(verifier: string): Promise<Answer> {
    let answer = await this.#visit(this.#authorizePath + query(verifier, this.#scope))
    for (let step = 0; step < 12; step++) {
      const { location } = answer.headers
      if (location?.startsWith(REDIRECT)) return answer
      answer = location === undefined ? await this.#submit(answer.text) : await this.#visit(pathOf(location))
    }
    throw new Error(`${this.#subject.name}: the login does not end`)
  }

  /** What goes over the wire for someone who is logged in: a request for a code, and one for its tokens. */
  async codeFlow(): Promise<Record<string, string>> {
    const verifier = randomBytes(32).toString('base64url')
    return this.#redeem(await this.#visit(this.#authorizePath + query(verifier, this.#scope)), verifier)
  }

  /** The same for a request that the client has pushed before. RFC 9126 */
  async pushedCodeFlow(path: string): Promise<void> {
    const verifier = randomBytes(32).toString('base64url')
    const headers = { authorization: BASIC }
    const pushed = await this.#subject.request('POST', path, { form: query(verifier, this.#scope).slice(1), headers })
    expect(pushed, 201)
    const { request_uri: uri } = JSON.parse(pushed.text) as { request_uri: string } // sound: RFC 9126 §2.2
    const reference = new URLSearchParams({ client_id: CLIENT.client_id, request_uri: uri }).toString()
    await this.#redeem(await this.#visit(`${this.#authorizePath}?${reference}`), verifier)
  }

  async #redeem(answer: Answer, verifier: string): Promise<Record<string, string>> {
    const code = new URL(answer.headers.location ?? '', 'http://x').searchParams.get('code') ?? ''
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT,
      code_verifier: verifier,
    }).toString()
    const tokens = await this.#subject.request('POST', '/token', { form, headers: { authorization: BASIC } })
    expect(tokens, 200)
    return JSON.parse(tokens.text) as Record<string, string> // sound: a token response
  }

  /** Fills in the one form of the page. */
  #submit(html: string): Promise<Answer> {
    const action = pathOf(/action="([^"]+)"/.exec(html)?.[1] ?? this.#page)
    const hidden = [...html.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)]
    const form = new URLSearchParams(hidden.map(([, name = '', value = '']) => [name, value]))
    for (const field of ['username', 'login', 'password']) form.set(field, 'alice')
    form.set('decision', 'approve')
    for (const word of this.#scope.split(' ')) form.append('scope', word)
    return this.#visit(action, form.toString())
  }

  async #visit(path: string, form?: string): Promise<Answer> {
    this.#page = path
    const headers = { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
    const answer = await (form === undefined
      ? this.#subject.request('GET', path, { headers })
      : this.#subject.request('POST', path, { form, headers }))
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      this.#cookies.set(name, value)
    }
    return answer
  }
}

/** What a number of requests took. */
export interface Effort {
  /** CPU microseconds of the server for each. */
  readonly cpu: number
  /** How many of them a second. */
  readonly rate: number
  readonly delay: Usage['delay']
}

/** Runs `work` so often, with so many lanes at once. */
export async function effortOf(
  subject: Subject,
  work: (lane: number) => Promise<void>,
  { times, lanes }: { times: number; lanes: number },
): Promise<Effort> {
  const before = await subject.usage()
  const start = performance.now()
  let left = times
  const run = async (_: unknown, lane: number): Promise<void> => {
    while (left-- > 0) await work(lane)
  }
  // A generator that sleeps has to be woken by the server, which pays for that.
  const spin = (): void => {
    if (left > 0) setImmediate(spin)
  }
  spin()
  await Promise.all(Array.from({ length: lanes }, run))
  const seconds = (performance.now() - start) / 1000
  const { cpu, delay } = await subject.usage()
  return { cpu: (cpu - before.cpu) / times, rate: times / seconds, delay }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const SCOPE = CLIENT.scope
const REDIRECT = CLIENT.redirect_uris[0] ?? ''
/** The credentials of the client. */
export const BASIC = `Basic ${Buffer.from(`${CLIENT.client_id}:${CLIENT.client_secret}`).toString('base64')}`

const API_BASIC = `Basic ${Buffer.from(`${API.client_id}:${API.client_secret}`).toString('base64')}`

function query(verifier: string, scope: string): string {
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const params = {
    client_id: CLIENT.client_id,
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope,
    state: 'x',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }
  return `?${new URLSearchParams(params).toString()}`
}

function pathOf(location: string): string {
  const { pathname, search } = new URL(location.replaceAll('&amp;', '&'), 'http://x')
  return pathname + search
}

function expect({ status, text }: Answer, wanted: number): void {
  if (status !== wanted) throw new Error(`${status}: ${text}`)
}
