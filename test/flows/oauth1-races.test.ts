/** Fifty requests at once, a hundred times: on memory, and on one SQLite file with several server processes. */

import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signRequest, type SignOptions } from '@authlib/oauth1'
import type { TestServer } from '@authlib/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RACE_CLIENT, RACE_ORIGIN, startOAuth1Provider } from '../support/oauth1-provider.ts'

const AT_ONCE = 50
const ROUNDS = 100

describe('on memory', () => {
  const urls: string[] = []
  let http: TestServer
  beforeAll(async () => {
    http = await startOAuth1Provider({ clients: [RACE_CLIENT], origin: RACE_ORIGIN })
    urls.push(http.url)
  })
  afterAll(() => http.stop())
  races(urls)
})

describe('on one SQLite file, with three server processes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oauth1-races-'))
  const urls: string[] = []
  const children: ChildProcess[] = []
  beforeAll(async () => {
    for (let i = 0; i < 3; i++) {
      const child = fork(new URL('../support/oauth1-process.ts', import.meta.url), [join(folder, 'oauth1.db')], {
        execArgv: ['--conditions=@authlib/source', '--disable-warning=ExperimentalWarning'],
      })
      children.push(child)
      urls.push(String(await new Promise((resolve, reject) => child.once('message', resolve).once('exit', reject))))
    }
  }, 60_000)
  afterAll(async () => {
    await Promise.all(
      children.map((child) => {
        const exited = new Promise((resolve) => child.once('exit', resolve))
        child.kill()
        return exited
      }),
    )
    rmSync(folder, { recursive: true })
  })
  races(urls)
})

function races(urls: readonly string[]): void {
  it('has one winner for a verifier and its temporary credentials (RFC 5849 §2.3)', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { token, verifier } = await approved(urls[0]!)
      const answers = await atOnce((n) =>
        post(urls[n % urls.length]!, '/oauth1/token', { token, params: { oauth_verifier: verifier } }),
      )
      expect(count(answers), `round ${round}`).toEqual({ 200: 1, 401: AT_ONCE - 1 })
    }
  }, 300_000)

  it('has one winner for a nonce of a protected resource (RFC 5849 §3.3)', async () => {
    const { token, verifier } = await approved(urls[0]!)
    const { form } = await post(urls[0]!, '/oauth1/token', { token, params: { oauth_verifier: verifier } })
    const access = { token: form.get('oauth_token') ?? '', tokenSecret: form.get('oauth_token_secret') ?? '' }
    for (let round = 0; round < ROUNDS; round++) {
      const params = { oauth_nonce: `round${round}`, oauth_timestamp: String(Math.floor(Date.now() / 1000)) }
      const answers = await atOnce((n) => post(urls[n % urls.length]!, '/who', { token: access, params }))
      expect(count(answers), `round ${round}`).toEqual({ 200: 1, 401: AT_ONCE - 1 })
    }
  }, 300_000)

  it('has one winner for a nonce of a request for temporary credentials (RFC 5849 §2.1)', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const params = {
        oauth_callback: RACE_CLIENT.redirectUris[0],
        oauth_nonce: `initiate${round}`,
        oauth_timestamp: String(Math.floor(Date.now() / 1000)),
      }
      const answers = await atOnce((n) => post(urls[n % urls.length]!, '/oauth1/initiate', { params }))
      expect(count(answers), `round ${round}`).toEqual({ 200: 1, 401: AT_ONCE - 1 })
    }
  }, 300_000)
}

interface Answer {
  readonly status: number
  readonly form: URLSearchParams
}

/** Signed for the one origin, sent to one of the processes. */
async function post(url: string, path: string, options: Partial<SignOptions>): Promise<Answer> {
  const { clientId, clientSecret } = RACE_CLIENT
  const signed = await signRequest({ method: 'POST', url: RACE_ORIGIN + path }, { clientId, clientSecret, ...options })
  const response = await fetch(url + path, { method: 'POST', headers: { authorization: signed.authorization ?? '' } })
  return { status: response.status, form: new URLSearchParams(await response.text()) }
}

async function approved(url: string): Promise<{ token: NonNullable<SignOptions['token']>; verifier: string }> {
  const { form } = await post(url, '/oauth1/initiate', { params: { oauth_callback: RACE_CLIENT.redirectUris[0] } })
  const token = { token: form.get('oauth_token') ?? '', tokenSecret: form.get('oauth_token_secret') ?? '' }
  const page = await fetch(`${url}/authorize?oauth_token=${token.token}`, { redirect: 'manual' })
  return { token, verifier: new URL(page.headers.get('location') ?? '').searchParams.get('oauth_verifier') ?? '' }
}

function atOnce(ask: (n: number) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: AT_ONCE }, (_, n) => ask(n)))
}

function count(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
