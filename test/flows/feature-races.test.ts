/**
 * Fifty requests at once, over three server processes on one SQLite file, for everything that may be used once.
 *
 *     AUTHLIB_RACE_ROUNDS=100 pnpm vitest run test/flows/feature-races.test.ts
 */

import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKey, signJwt, type Key, type NewJwtClaims } from '@authlib/jose'
import {
  CIBA,
  DEVICE_CODE,
  findBackchannelRequest,
  issueInitialAccessToken,
  JWT_BEARER,
  SAML2_BEARER,
  TOKEN_EXCHANGE,
  type AuthorizationServer,
} from '@authlib/oauth2/server'
import { sqliteStore } from '@authlib/sql/node-sqlite'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLIENT, featureRaceServer, ISSUER, REDIRECT_URI, SIGNER } from '../support/feature-race-server.ts'

const AT_ONCE = 50
const ROUNDS = Number(process.env['AUTHLIB_RACE_ROUNDS'] ?? 2)
const TIME = { timeout: 30_000 * ROUNDS }
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' // RFC 7636 appendix B
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const MANAGE = 'grant_management_query grant_management_revoke'
const BASIC = `Basic ${btoa(`${CLIENT.client_id}:${CLIENT.client_secret}`)}`

interface Answer {
  readonly status: number
  readonly location: string
  readonly json: Readonly<Record<string, unknown>>
}

interface Sending {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

const folder = mkdtempSync(join(tmpdir(), 'feature-races-'))
const file = join(folder, 'auth.db')
const store = sqliteStore(file)
const urls: string[] = []
const children: ChildProcess[] = []
let signer: Key
let server: AuthorizationServer

beforeAll(async () => {
  signer = await generateKey('ES256')
  server = featureRaceServer(store, signer.publicJwk())
  for (let i = 0; i < 3; i++) {
    const child = fork(
      new URL('../support/feature-race-process.ts', import.meta.url),
      [file, JSON.stringify(signer.publicJwk())],
      { execArgv: ['--conditions=@authlib/source', '--disable-warning=ExperimentalWarning'] },
    )
    children.push(child)
    const port = await new Promise<unknown>((resolve, reject) => child.once('message', resolve).once('exit', reject))
    urls.push(`http://127.0.0.1:${String(port)}`)
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
  rmSync(folder, { recursive: true })
})

let count = 0

async function send(index: number, path: string, { method = 'POST', headers, body }: Sending): Promise<Answer> {
  const response = await fetch(urls[index % urls.length]! + path, {
    method,
    redirect: 'manual',
    headers: { ...headers },
    ...(body !== undefined && { body }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  return {
    status: response.status,
    location: response.headers.get('location') ?? '',
    json: isJson ? (JSON.parse(text) as Answer['json']) : {},
  }
}

const form = (fields: Record<string, string>, headers: Record<string, string> = { authorization: BASIC }): Sending => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  body: new URLSearchParams(fields).toString(),
})

function atOnce(path: string, sending: Sending | ((index: number) => Sending)): Promise<Answer[]> {
  return Promise.all(
    Array.from({ length: AT_ONCE }, (_, index) =>
      send(index, path, typeof sending === 'function' ? sending(index) : sending),
    ),
  )
}

const sign = (
  claims: NewJwtClaims,
  options: { typ?: string; header?: Record<string, unknown> } = {},
): Promise<string> => signJwt({ jti: `jti-${count++}`, ...claims }, signer, { lifetime: null, ...options })

const now = (): number => Math.floor(Date.now() / 1000)

/** One winner with tokens that live, and a refusal for everyone else. */
async function expectOneWinner(answers: readonly Answer[], status: number, error: string): Promise<Answer> {
  const winners = answers.filter((one) => one.status === 200)
  const losers = answers.filter((one) => one.status !== 200)
  expect(losers.map((one) => [one.status, one.json['error']])).toEqual(losers.map(() => [status, error]))
  expect(winners).toHaveLength(1)
  expect(await server.tokens.find(String(winners[0]!.json['access_token']))).not.toBeNull()
  return winners[0]!
}

async function rounds(race: () => Promise<void>): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) await race()
}

describe(`of ${AT_ONCE} requests at once, on one SQLite file with three server processes, one wins`, () => {
  it('for the handle of a pushed request: one answer, one authorization (RFC 9126 §7.3)', TIME, () =>
    rounds(async () => {
      const challenge = { code_challenge: CHALLENGE, code_challenge_method: 'S256' }
      const asked = { response_type: 'code', redirect_uri: REDIRECT_URI, scope: 'read', ...challenge }
      const { json } = await send(0, '/par', form(asked))
      const request_uri = String(json['request_uri'])
      const answers = await atOnce('/answer', (index) =>
        form({ client_id: 'app', request_uri, subject: `person-${index}` }, {}),
      )
      const codes = answers.filter(({ location }) => location.startsWith(REDIRECT_URI))
      expect(codes).toHaveLength(1)
      const code = new URL(codes[0]!.location).searchParams.get('code') ?? ''
      const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: VERIFIER }
      expect((await send(1, '/token', form(fields))).status).toBe(200)
      const [late] = await atOnce('/answer', form({ client_id: 'app', request_uri, subject: 'late' }, {}))
      expect(late?.location).not.toContain('code=')
    }),
  )

  it('for a user code: one answer (RFC 8628 §3.3)', TIME, () =>
    rounds(async () => {
      const { json } = await send(0, '/device_authorization', form({ scope: 'read' }))
      const user_code = String(json['user_code'])
      const answers = await atOnce('/answer', (index) => form({ user_code, subject: `person-${index}` }, {}))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      const subjects = answers.findIndex(({ status }) => status === 200)
      const device_code = String(json['device_code'])
      const tokens = await send(2, '/token', form({ grant_type: DEVICE_CODE, device_code }))
      const found = await server.tokens.find(String(tokens.json['access_token']))
      expect(found?.authorization.subject).toBe(`person-${subjects}`)
    }),
  )

  it('for a device code (RFC 8628 §3.5)', TIME, () =>
    rounds(async () => {
      const { json } = await send(0, '/device_authorization', form({ scope: 'read' }))
      await send(1, '/answer', form({ user_code: String(json['user_code']), subject: 'alice' }, {}))
      const fields = { grant_type: DEVICE_CODE, device_code: String(json['device_code']) }
      await expectOneWinner(await atOnce('/token', form(fields)), 400, 'invalid_grant')
    }),
  )

  it('for an auth_req_id (CIBA Core §10.1)', TIME, () =>
    rounds(async () => {
      const { json } = await send(0, '/bc-authorize', form({ scope: 'read', login_hint: 'alice' }))
      const auth_req_id = String(json['auth_req_id'])
      const id = auth_req_id.slice(3, 25)
      const request = await findBackchannelRequest(server, id)
      if (!request) throw new Error('nothing to answer')
      await server.requests.answer(request, { subject: 'alice', authTime: now() })
      await expectOneWinner(await atOnce('/token', form({ grant_type: CIBA, auth_req_id })), 400, 'invalid_grant')
    }),
  )

  it('for the jti of a client assertion (RFC 7523 §3)', TIME, () =>
    rounds(async () => {
      const claims = { iss: 'signing', sub: 'signing', aud: ISSUER, iat: now(), exp: now() + 60 }
      const fields = {
        grant_type: 'client_credentials',
        client_assertion_type: ASSERTION_TYPE,
        client_assertion: await sign(claims),
      }
      await expectOneWinner(await atOnce('/token', form(fields, {})), 401, 'invalid_client')
    }),
  )

  it('for the jti of a DPoP proof (RFC 9449 §11.1)', TIME, () =>
    rounds(async () => {
      const header = { jwk: signer.publicJwk() }
      const dpop = await sign({ htm: 'POST', htu: `${ISSUER}/token`, iat: now() }, { typ: 'dpop+jwt', header })
      const sending = form({ grant_type: 'client_credentials' }, { authorization: BASIC, dpop })
      await expectOneWinner(await atOnce('/token', sending), 400, 'invalid_dpop_proof')
    }),
  )

  it('for the proof of a client attestation', TIME, () =>
    rounds(async () => {
      const cnf = { jwk: signer.publicJwk() }
      const headers = {
        'oauth-client-attestation': await sign(
          { sub: 'attested', iat: now(), exp: now() + 300, cnf },
          {
            typ: 'oauth-client-attestation+jwt',
          },
        ),
        'oauth-client-attestation-pop': await sign(
          { aud: ISSUER, iat: now() },
          { typ: 'oauth-client-attestation-pop+jwt' },
        ),
      }
      const sending = form({ grant_type: 'client_credentials' }, headers)
      await expectOneWinner(await atOnce('/token', sending), 401, 'invalid_client')
    }),
  )

  it('for the assertion of a JWT bearer grant (RFC 7523 §3)', TIME, () =>
    rounds(async () => {
      const claims = { iss: SIGNER, sub: 'alice', aud: ISSUER, iat: now(), exp: now() + 60 }
      const fields = { grant_type: JWT_BEARER, assertion: await sign(claims) }
      await expectOneWinner(await atOnce('/token', form(fields)), 400, 'invalid_grant')
    }),
  )

  it('for a SAML assertion (RFC 7522 §3)', TIME, () =>
    rounds(async () => {
      const fields = { grant_type: SAML2_BEARER, assertion: Buffer.from(`<A ID="${count++}"/>`).toString('base64url') }
      await expectOneWinner(await atOnce('/token', form(fields)), 400, 'invalid_grant')
    }),
  )

  it('for an initial access token (RFC 7591 §3)', TIME, () =>
    rounds(async () => {
      const token = await issueInitialAccessToken(server)
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const body = JSON.stringify({ redirect_uris: [REDIRECT_URI] })
      const answers = await atOnce('/register', { headers, body })
      const winners = answers.filter(({ status }) => status === 201)
      expect(winners).toHaveLength(1)
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(AT_ONCE - 1)
      expect(await server.clients.find(String(winners[0]!.json['client_id']))).not.toBeNull()
    }),
  )
})

describe('codes for one grant, approved before any of them is redeemed (Grant Management for OAuth 2.0)', () => {
  async function code(params: Readonly<Record<string, string>>): Promise<string> {
    const challenge = { code_challenge: CHALLENGE, code_challenge_method: 'S256' }
    const asked = { client_id: 'app', response_type: 'code', redirect_uri: REDIRECT_URI, ...challenge, ...params }
    const { location } = await send(0, '/answer', form({ ...asked, subject: 'alice' }, {}))
    return new URL(location).searchParams.get('code') ?? ''
  }

  const redeem = (given: string): Sending =>
    form({ grant_type: 'authorization_code', code: given, redirect_uri: REDIRECT_URI, code_verifier: VERIFIER })

  const refresh = (token: unknown): Sending => form({ grant_type: 'refresh_token', refresh_token: String(token) })

  async function granted(): Promise<{ grant_id: string; json: Answer['json'] }> {
    const { json } = await send(0, '/token', redeem(await code({ scope: 'read', grant_management_action: 'create' })))
    return { grant_id: String(json['grant_id']), json }
  }

  it.each([[['replace']], [['merge']], [['merge', 'replace']]])(
    'with the actions %s: one goes on, alone, and the others are refused',
    TIME,
    (actions) =>
      rounds(async () => {
        const { grant_id, json } = await granted()
        const codes = await Promise.all(
          Array.from({ length: AT_ONCE }, (_, index) =>
            code({ grant_id, scope: 'write', grant_management_action: actions[index % actions.length]! }),
          ),
        )
        const answers = await atOnce('/token', (index) => redeem(codes[index]!))
        const winner = await expectOneWinner(answers, 400, 'invalid_grant')
        await server.deliverDue()
        await expect.poll(async () => server.tokens.find(String(json['access_token']))).toBeNull()
        expect(await server.tokens.find(String(winner.json['access_token']))).not.toBeNull()
        expect((await send(1, '/token', refresh(winner.json['refresh_token']))).status).toBe(200)
      }),
  )

  it('while the client refreshes what they replace: one goes on', TIME, () =>
    rounds(async () => {
      const { grant_id, json } = await granted()
      const codes = await Promise.all(
        Array.from({ length: 10 }, () => code({ grant_id, scope: 'write', grant_management_action: 'replace' })),
      )
      const answers = await atOnce('/token', (index) =>
        index % 5 === 0 ? redeem(codes[index / 5]!) : refresh(json['refresh_token']),
      )
      await expectOneWinner(
        answers.filter((_, index) => index % 5 === 0),
        400,
        'invalid_grant',
      )
    }),
  )

  it('while the client ends the grant: none goes on after that', TIME, () =>
    rounds(async () => {
      const { grant_id } = await granted()
      const codes = await Promise.all(
        Array.from({ length: 10 }, () => code({ grant_id, scope: 'write', grant_management_action: 'merge' })),
      )
      const { json } = await send(0, '/token', form({ grant_type: 'client_credentials', scope: MANAGE }))
      const headers = { authorization: `Bearer ${String(json['access_token'])}` }
      const [ended, ...answers] = await Promise.all([
        send(0, `/grants/${grant_id}`, { method: 'DELETE', headers }),
        ...codes.map((one, index) => send(index, '/token', redeem(one))),
      ])
      expect(ended.status).toBe(204)
      for (const { json: issued } of answers) {
        const { access_token } = issued
        if (typeof access_token === 'string') expect(await server.tokens.find(access_token)).toBeNull()
      }
      expect((await send(1, `/grants/${grant_id}`, { method: 'GET', headers })).status).toBe(404)
    }),
  )
})

describe('refresh tokens of clients that lose answers and try again, under random schedules (RFC 9700 §4.14.2, G16)', () => {
  interface Turn {
    readonly atOnce: number
    /** Of each answer, whether it arrives. */
    readonly arrives: readonly boolean[]
    /** Milliseconds before each request. */
    readonly delays: readonly number[]
  }

  const turn = fc.record<Turn>({
    atOnce: fc.integer({ min: 1, max: 6 }),
    arrives: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
    delays: fc.array(fc.nat(8), { minLength: 6, maxLength: 6 }),
  })
  const client = fc.array(turn, { minLength: 2, maxLength: 5 })

  const refresh = (index: number, token: string): Promise<Answer> =>
    send(index, '/token', form({ grant_type: 'refresh_token', refresh_token: token }))

  /** The token that an honest client holds at the end. */
  async function use(turns: readonly Turn[], successors: Map<string, Set<string>>): Promise<string> {
    let held = `old-${now()}-${count++}`
    for (const { atOnce, arrives, delays } of turns) {
      let learnt: string | undefined
      for (let attempt = 0; learnt === undefined; attempt++) {
        const answers = await Promise.all(
          Array.from({ length: atOnce }, async (_, index) => {
            await new Promise((resolve) => setTimeout(resolve, delays[index]))
            return refresh(index + attempt, held)
          }),
        )
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
        const known = successors.get(held) ?? new Set<string>()
        for (const { json } of answers) known.add(String(json['refresh_token']))
        successors.set(held, known)
        const arrived = answers.find((_, index) => arrives[index] === true || attempt === 2) // the network comes back
        learnt = arrived && String(arrived.json['refresh_token'])
      }
      held = learnt
    }
    return held
  }

  it('have one successor each, and sign no honest client out', TIME, () =>
    fc.assert(
      fc.asyncProperty(fc.array(client, { minLength: 1, maxLength: 4 }), async (clients) => {
        const successors = new Map<string, Set<string>>()
        const held = await Promise.all(clients.map((turns) => use(turns, successors)))
        expect([...successors.values()].map(({ size }) => size)).toEqual([...successors.values()].map(() => 1))
        for (const token of held) expect((await refresh(0, token)).status).toBe(200)
      }),
      { numRuns: 4 * ROUNDS },
    ),
  )

  it('end for the thief and the client when one comes twice, and for no one else', TIME, () =>
    fc.assert(
      fc.asyncProperty(client, client, fc.integer({ min: 1, max: 4 }), async (victim, other, atOnce) => {
        const successors = new Map<string, Set<string>>()
        const [live, untouched] = await Promise.all([use(victim, successors), use(other, successors)])
        const stolen = [...successors.keys()].find((token) => !successors.get(token)?.has(live)) // older than the predecessor
        if (stolen === undefined || successors.get(stolen)?.has(untouched) === true) return
        const chain = (token: string): string => {
          const [next] = successors.get(token) ?? []
          return next === undefined ? token : chain(next)
        }
        const owner = chain(stolen)
        const answers = await Promise.all(Array.from({ length: atOnce }, (_, index) => refresh(index, stolen)))
        expect(answers.map(({ json }) => json['error'])).toEqual(answers.map(() => 'invalid_grant'))
        expect((await refresh(1, owner)).json['error']).toBe('invalid_grant')
        expect((await refresh(2, owner === live ? untouched : live)).status).toBe(200)
      }),
      { numRuns: 4 * ROUNDS },
    ),
  )
})

describe('what is shared keeps its order', () => {
  it('a registration that is deleted does not come back, whoever updates it (RFC 7592 §2.3)', TIME, () =>
    rounds(async () => {
      const initial = await issueInitialAccessToken(server)
      const json = { 'content-type': 'application/json' }
      const body = JSON.stringify({ redirect_uris: [REDIRECT_URI] })
      const made = await send(0, '/register', { headers: { ...json, authorization: `Bearer ${initial}` }, body })
      const client_id = String(made.json['client_id'])
      const headers = { ...json, authorization: `Bearer ${String(made.json['registration_access_token'])}` }
      const answers = await atOnce(`/register/${client_id}`, (index) =>
        index % 10 === 5
          ? { method: 'DELETE', headers }
          : {
              method: 'PUT',
              headers,
              body: JSON.stringify({ client_id, client_name: `${index}`, redirect_uris: [REDIRECT_URI] }),
            },
      )
      expect(answers.map(({ status }) => [200, 204, 401, 503].includes(status))).toEqual(answers.map(() => true))
      expect(answers.some(({ status }) => status === 204)).toBe(true)
      expect(await server.clients.find(client_id)).toBeNull()
      expect((await send(1, `/register/${client_id}`, { method: 'GET', headers })).status).toBe(401)
    }),
  )

  it('an exchanged token dies with the token that it came from, whenever that is revoked (RFC 8693)', TIME, () =>
    rounds(async () => {
      const { json } = await send(0, '/token', form({ grant_type: 'client_credentials', scope: 'read' }))
      const subject_token = String(json['access_token'])
      const exchange = { grant_type: TOKEN_EXCHANGE, subject_token, subject_token_type: ACCESS_TOKEN }
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, index) =>
          index === 25
            ? send(index, '/token', form(exchange)).then(async (answer) => {
                const found = await server.tokens.find(subject_token)
                if (found) await server.tokens.revoke(found)
                return answer
              })
            : send(index, '/token', form(exchange)),
        ),
      )
      const errors = answers.filter(({ status }) => status !== 200).map(({ json: { error } }) => error)
      expect(errors.filter((error) => !['invalid_request', 'temporarily_unavailable'].includes(String(error)))).toEqual(
        [],
      )
      expect(answers.some(({ status }) => status === 200)).toBe(true)
      for (const { status, json: issued } of answers) {
        if (status === 200) expect(await server.tokens.find(String(issued['access_token']))).toBeNull()
      }
    }),
  )

  it('a refresh token of another server becomes one of ours, the same for all', TIME, () =>
    rounds(async () => {
      const fields = { grant_type: 'refresh_token', refresh_token: `old-${now()}-${count++}` }
      const answers = await atOnce('/token', form(fields))
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
      const successors = new Set(answers.map(({ json }) => json['refresh_token']))
      expect(successors.size).toBe(1)
      const [refresh_token] = successors
      const next = await send(0, '/token', form({ ...fields, refresh_token: String(refresh_token) }))
      expect(next.status).toBe(200)
    }),
  )
})
