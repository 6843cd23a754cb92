/** A hundred requests at once over HTTP: on memory, and on one SQLite file with several server processes. */

import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore } from '@authlib/core'
import { mount } from '@authlib/node'
import { sqliteStore } from '@authlib/sql/node-sqlite'
import { startNodeServer, type TestServer } from '@authlib/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client, raceServer } from '../support/race-server.ts'
import type { AuthorizationServer } from '@authlib/oauth2/server'

const AT_ONCE = 100
const ROUNDS = 5
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' // RFC 7636 appendix B
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

interface Field {
  /** Token endpoints to spread the requests over. */
  readonly urls: readonly string[]
  /** A view of the same store. */
  readonly server: AuthorizationServer
}

const folder = mkdtempSync(join(tmpdir(), 'races-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('on memory', () => {
  const server = raceServer(memoryStore())
  const field: { urls: string[]; server: AuthorizationServer } = { urls: [], server }
  let http: TestServer
  beforeAll(async () => {
    http = await startNodeServer(mount(server))
    field.urls.push(http.url)
  })
  afterAll(() => http.stop())
  races(field)
})

describe('on one SQLite file, with three server processes', () => {
  const file = join(folder, 'auth.db')
  const store = sqliteStore(file)
  const field: { urls: string[]; server: AuthorizationServer } = { urls: [], server: raceServer(store) }
  const children: ChildProcess[] = []
  beforeAll(async () => {
    for (let i = 0; i < 3; i++) {
      const child = fork(new URL('../support/provider-process.ts', import.meta.url), [file], {
        execArgv: ['--conditions=@authlib/source', '--disable-warning=ExperimentalWarning'],
      })
      children.push(child)
      const port = await new Promise<unknown>((resolve, reject) => child.once('message', resolve).once('exit', reject))
      field.urls.push(`http://127.0.0.1:${String(port)}`)
    }
  }, 60_000)
  afterAll(async () => {
    await Promise.all(
      children.map(async (child) => {
        const ended = new Promise((resolve) => child.once('exit', resolve))
        child.disconnect()
        await ended
      }),
    )
    store.close()
  })
  races(field)
})

function races(field: Field): void {
  it(
    'one of a hundred redemptions of a code gets tokens, and keeps them (RFC 6749 §10.5, T2, G15)',
    { timeout: 60_000 },
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const code = await freshCode(field.server)
        const form = { grant_type: 'authorization_code', code, code_verifier: VERIFIER }
        const answers = await atOnce(field, form)
        const winners = answers.filter(({ status }) => status === 200)
        expect(winners).toHaveLength(1)
        expect(answers.filter(({ json }) => json.error === 'invalid_grant')).toHaveLength(AT_ONCE - 1)
        expect(await field.server.tokens.find(winners[0]!.json.access_token!)).not.toBeNull()
      }
    },
  )

  it('a hundred refreshes of a token all succeed and share one successor (G16)', { timeout: 60_000 }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { refresh_token } = await freshTokens(field)
      const answers = await atOnce(field, { grant_type: 'refresh_token', refresh_token })
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
      const successors = new Set(answers.map(({ json }) => json.refresh_token ?? ''))
      expect(successors.size).toBe(1)
      const [successor = ''] = successors
      const next = await post(field.urls[0]!, { grant_type: 'refresh_token', refresh_token: successor })
      expect(next.status).toBe(200)
    }
  })

  it('a replay of an old refresh token ends that authorization, and no other (RFC 9700 §4.14.2, G17)', async () => {
    const [stolen, other] = [await freshTokens(field), await freshTokens(field)]
    const refresh = (refresh_token: string) => post(field.urls[0]!, { grant_type: 'refresh_token', refresh_token })
    const second = (await refresh(stolen.refresh_token)).json as Tokens
    const third = (await refresh(second.refresh_token)).json as Tokens
    const replays = await atOnce(field, { grant_type: 'refresh_token', refresh_token: stolen.refresh_token })
    expect(replays.every(({ json }) => json.error === 'invalid_grant')).toBe(true)
    expect((await refresh(third.refresh_token)).json.error).toBe('invalid_grant')
    expect(await field.server.tokens.find(third.access_token)).toBeNull()
    expect((await refresh(other.refresh_token)).status).toBe(200)
  })
}

interface Answer {
  readonly status: number
  readonly json: Partial<Tokens> & { readonly error?: string }
}

function atOnce({ urls }: Field, form: Record<string, string>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: AT_ONCE }, (_, index) => post(urls[index % urls.length]!, form)))
}

async function post(url: string, form: Record<string, string>): Promise<Answer> {
  const authorization = `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`
  const body = new URLSearchParams(form)
  const response = await fetch(`${url}/token`, { method: 'POST', body, headers: { authorization } })
  return { status: response.status, json: (await response.json()) as Answer['json'] }
}

async function freshTokens(field: Field): Promise<Tokens> {
  const code = await freshCode(field.server)
  const { json } = await post(field.urls[0]!, { grant_type: 'authorization_code', code, code_verifier: VERIFIER })
  return json as Tokens
}

/** By callback style: the races are at the token endpoint. */
async function freshCode(server: AuthorizationServer): Promise<string> {
  const query = `client_id=${client.client_id}&response_type=code&scope=read&code_challenge=${CHALLENGE}&code_challenge_method=S256`
  const request = await server.validateAuthorizationRequest(new Request(`http://127.0.0.1:4000/authorize?${query}`))
  const decision = { subject: 'alice', authTime: server.clock() }
  const { headers } = await server.createAuthorizationResponse(request, decision)
  const location = headers.find(([name]) => name === 'location')?.[1] ?? ''
  return new URL(location).searchParams.get('code') ?? ''
}
