/** Many requests at once over HTTP: on memory, and on every database with four server processes. */

import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore } from '@authlib/core'
import { mount } from '@authlib/node'
import { DEVICE_CODE, findDeviceRequest, type AuthorizationServer } from '@authlib/oauth2/server'
import { startNodeServer, type TestServer } from '@authlib/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshCode, type Answer, type Tokens } from '../support/load.ts'
import { describeWith, mysqlServer, postgresServer, redisServer } from '../support/needs.ts'
import { openDatabase, type OpenDatabase } from '../support/open-database.ts'
import { client, raceServer } from '../support/race-server.ts'

/** Requests at once for each process. */
const WAYS = 50
const PROCESSES = 4
/** A hundred take minutes on each database. */
const ROUNDS = Number(process.env['AUTHLIB_RACE_ROUNDS'] ?? 3)
const PATIENCE = { timeout: 60_000 + ROUNDS * 30_000 }
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' // RFC 7636 appendix B

interface Field {
  /** Token endpoints to spread the requests over. */
  readonly urls: string[]
  /** A view of the same store. */
  server: AuthorizationServer
}

const folder = mkdtempSync(join(tmpdir(), 'races-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('on memory', () => {
  const field: Field = { urls: [], server: raceServer(memoryStore(), () => undefined) }
  let http: TestServer
  beforeAll(async () => {
    http = await startNodeServer(mount(field.server))
    field.urls.push(http.url)
  })
  afterAll(() => http.stop())
  races(field)
})

describe('on one SQLite file, with four server processes', () => onProcesses(join(folder, 'auth.db')))
describeWith(postgresServer, 'on PostgreSQL, with four server processes', onProcesses)
describeWith(mysqlServer, 'on MariaDB, with four server processes', onProcesses)
describeWith(redisServer, 'on Redis, with four server processes', onProcesses)

function onProcesses(url: string): void {
  const name = `races_${randomBytes(4).toString('hex')}`
  const field = { urls: [] } as unknown as Field // sound: beforeAll sets the server
  const children: ChildProcess[] = []
  let database: OpenDatabase
  beforeAll(async () => {
    database = await openDatabase(url, { name, timeout: 30 })
    field.server = raceServer(database.store, () => undefined)
    for (let i = 0; i < PROCESSES; i++) {
      const child = fork(new URL('../support/provider-process.ts', import.meta.url), [url, name], {
        execArgv: ['--conditions=@authlib/source', '--disable-warning=ExperimentalWarning'],
      })
      children.push(child)
    }
    const ports = children.map(
      (child) => new Promise<unknown>((resolve, reject) => child.once('message', resolve).once('exit', reject)),
    )
    for (const port of await Promise.all(ports)) field.urls.push(`http://127.0.0.1:${String(port)}`)
  }, 60_000)
  afterAll(async () => {
    await Promise.all(
      children.map(async (child) => {
        const ended = new Promise((resolve) => child.once('exit', resolve))
        child.disconnect()
        await ended
      }),
    )
    await database.drop()
    await database.close()
  })
  races(field)
}

function races(field: Field): void {
  it(
    'one of fifty redemptions of a code in each process gets tokens, and keeps them (RFC 6749 §10.5, T2, G15)',
    PATIENCE,
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const code = await freshCode(field.server)
        const form = { grant_type: 'authorization_code', code, code_verifier: VERIFIER }
        const answers = await atOnce(field, form)
        const winners = answers.filter(({ status }) => status === 200)
        expect(winners).toHaveLength(1)
        expect(answers.filter(({ json }) => json.error === 'invalid_grant')).toHaveLength(answers.length - 1)
        expect(await field.server.tokens.find(winners[0]!.json.access_token!)).not.toBeNull()
      }
    },
  )

  it('fifty refreshes of a token in each process all succeed and share one successor (G16)', PATIENCE, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { refresh_token } = await freshTokens(field)
      const answers = await atOnce(field, { grant_type: 'refresh_token', refresh_token })
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
      const successors = new Set(answers.map(({ json }) => json.refresh_token ?? ''))
      expect(successors.size).toBe(1)
      const [successor = ''] = successors
      const next = await post(field, round, 'token', { grant_type: 'refresh_token', refresh_token: successor })
      expect(next.status).toBe(200)
    }
  })

  it('one of fifty polls for a device in each process gets tokens (G15)', PATIENCE, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const device = (await post(field, 0, 'device_authorization', { scope: 'read' })).json as Record<string, string>
      const request = await findDeviceRequest(field.server, device['user_code']!)
      await field.server.requests.answer(request!, { subject: 'alice', authTime: field.server.clock() })
      const answers = await atOnce(field, { grant_type: DEVICE_CODE, device_code: device['device_code']! })
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(answers.every(({ status }) => [200, 400].includes(status))).toBe(true)
    }
  })

  it(
    'a replay of an old refresh token ends that authorization, and no other (RFC 9700 §4.14.2, G17)',
    PATIENCE,
    async () => {
      const honest = await freshTokens(field)
      for (let round = 0; round < ROUNDS; round++) {
        const stolen = await freshTokens(field)
        const refresh = (refresh_token: string) =>
          post(field, round, 'token', { grant_type: 'refresh_token', refresh_token })
        const second = (await refresh(stolen.refresh_token)).json as Tokens
        const third = (await refresh(second.refresh_token)).json as Tokens
        const replays = await atOnce(field, { grant_type: 'refresh_token', refresh_token: stolen.refresh_token })
        expect(replays.every(({ json }) => json.error === 'invalid_grant')).toBe(true)
        expect((await refresh(third.refresh_token)).json.error).toBe('invalid_grant')
        expect(await field.server.tokens.find(third.access_token)).toBeNull()
      }
      const form = { grant_type: 'refresh_token', refresh_token: honest.refresh_token }
      expect((await post(field, 0, 'token', form)).status).toBe(200)
    },
  )
}

function atOnce(field: Field, form: Record<string, string>): Promise<Answer[]> {
  const { length } = field.urls
  return Promise.all(Array.from({ length: WAYS * length }, (_, index) => post(field, index, 'token', form)))
}

/** To one of the processes, by turns. */
async function post({ urls }: Field, turn: number, path: string, form: Record<string, string>): Promise<Answer> {
  const authorization = `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`
  const body = new URLSearchParams(form)
  const response = await fetch(`${urls[turn % urls.length]!}/${path}`, {
    method: 'POST',
    body,
    headers: { authorization },
  })
  return { status: response.status, json: (await response.json()) as Answer['json'] }
}

async function freshTokens(field: Field): Promise<Tokens> {
  const code = await freshCode(field.server)
  const form = { grant_type: 'authorization_code', code, code_verifier: VERIFIER }
  return (await post(field, 0, 'token', form)).json as Tokens
}
