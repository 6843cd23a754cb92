/** Work for a store that shows when a batch was written in halves, or something acknowledged was lost. */

import { isDeepStrictEqual } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { AuthlibError, type Store, type StoredRecord } from '@authlib/core'
import type { AuthorizationServer } from '@authlib/oauth2/server'
import { client, raceServer } from './race-server.ts'

/** RFC 7636 appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

export interface Answer {
  readonly status: number
  readonly json: Partial<Tokens> & { readonly error?: string }
}

/** A request to the token endpoint by the client of {@link raceServer}. */
async function askToken(server: AuthorizationServer, form: Record<string, string>): Promise<Answer> {
  const authorization = `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`
  const init = { method: 'POST', body: new URLSearchParams(form), headers: { authorization } }
  const response = await server.fetch(new Request(`${server.issuer}/token`, init))
  return { status: response.status, json: (await response.json()) as Answer['json'] }
}

export const redeemCode = (server: AuthorizationServer, code: string): Promise<Answer> =>
  askToken(server, { grant_type: 'authorization_code', code, code_verifier: VERIFIER })

export const refreshToken = (server: AuthorizationServer, refresh_token: string): Promise<Answer> =>
  askToken(server, { grant_type: 'refresh_token', refresh_token })

/** By callback style, without pages. */
export async function freshCode(server: AuthorizationServer, subject = 'alice'): Promise<string> {
  const query = `client_id=${client.client_id}&response_type=code&scope=read&code_challenge=${CHALLENGE}&code_challenge_method=S256`
  const request = await server.validateAuthorizationRequest(new Request(`${server.issuer}/authorize?${query}`))
  const { headers } = await server.createAuthorizationResponse(request, { subject, authTime: server.clock() })
  const location = headers.find(([name]) => name === 'location')?.[1] ?? ''
  return new URL(location).searchParams.get('code') ?? ''
}

/** @throws Error when the store does not let them log in */
export async function freshTokens(server: AuthorizationServer, subject?: string): Promise<Tokens> {
  const { status, json } = await redeemCode(server, await freshCode(server, subject))
  if (status !== 200) throw new Error(`${status} ${json.error ?? ''}`)
  return json as Tokens // sound: it is a token response
}

/** What a load has met so far. */
export interface Load {
  /** How often each lane has succeeded. */
  readonly done: () => readonly number[]
  /** Calls that were refused with 503. */
  readonly refused: () => number
  /** What must not have happened. */
  readonly wrongs: readonly string[]
  /** Ends when every call has. */
  stop(): Promise<void>
}

const LANES = 8
/** Seconds, a multiple of the time-outs of the tests, after which a call is said to hang. */
const HANGS = 15

/**
 * Eight chains of records in pairs that count up together, and eight persons whose tokens are refreshed by a server, over and
 * over. All must go on, whatever happens to the store.
 */
export async function startLoad(store: Store, name = 'load'): Promise<Load> {
  const server = raceServer(store, () => undefined)
  const people = await Promise.all(Array.from({ length: LANES }, () => login(server)))
  const wrongs: string[] = []
  const done = Array.from({ length: 2 * LANES }, () => 0)
  let [running, refused] = [true, 0]

  const attempt = async <T>(what: string, call: Promise<T>): Promise<T | undefined> => {
    try {
      const hanging = new AbortController()
      const answer = await Promise.race([call, sleep(HANGS * 1000, HANGING, { signal: hanging.signal })])
      hanging.abort()
      if (answer !== HANGING) return answer
      wrongs.push(`${what} hangs`)
    } catch (error) {
      if (error instanceof AuthlibError && error.status === 503) refused++
      else wrongs.push(`${what}: ${String(error)}`)
    }
    await sleep(20)
    return undefined
  }
  const chain = async (lane: number): Promise<void> => {
    const partition = `${name}${lane}`
    let acknowledged = 0
    while (running) {
      const pair = await attempt('get', store.get(partition, PAIR))
      if (!pair) continue
      const [a, b] = pair
      if (!isDeepStrictEqual(a && { ...a, id: '' }, b && { ...b, id: '' })) wrongs.push(`half a batch in ${partition}`)
      const revision = a?.revision ?? 0
      if (revision < acknowledged) wrongs.push(`${partition} has ${revision}, acknowledged was ${acknowledged}`)
      if ((await attempt('commit', store.commit(nextOf(partition, revision)))) === true) {
        acknowledged = revision + 1
        done[lane]!++
      }
    }
  }
  const person = async ({ refresh_token }: Tokens, lane: number): Promise<void> => {
    while (running) {
      const answer = await attempt('a token request', refreshToken(server, refresh_token))
      if (answer?.status === 200) {
        refresh_token = answer.json.refresh_token ?? ''
        done[LANES + lane]!++
      } else if (answer?.status === 503) {
        refused++
        await sleep(20)
      } else if (answer) {
        wrongs.push(`a refresh answered ${answer.status} ${answer.json.error ?? ''}`)
        return
      }
    }
  }
  const lanes = [...Array.from({ length: LANES }, (_, lane) => chain(lane)), ...people.map(person)]
  return {
    ...{ done: () => [...done], refused: () => refused, wrongs },
    async stop() {
      running = false
      await Promise.all(lanes)
    },
  }
}

const HANGING: unique symbol = Symbol()

/** Tries again on a machine that is slower than the time-outs of the tests. */
async function login(server: AuthorizationServer): Promise<Tokens> {
  for (let n = 0; n < 20; n++) {
    try {
      return await freshTokens(server)
    } catch {
      await sleep(100)
    }
  }
  return freshTokens(server)
}

export const PAIR = [['code', 'a'], ['code', 'b']] as const // prettier-ignore

/** Counts both records of the pair up. */
export function nextOf(
  partition: string,
  revision: number,
  data: StoredRecord['data'] = {},
): Parameters<Store['commit']>[0] {
  const ids = ['a', 'b']
  return {
    ...{ partition, now: 1, remove: [] },
    expect: ids.map((id) => ({ kind: 'code', id, revision })),
    put: ids.map((id) => ({ kind: 'code', id, partition, revision: revision + 1, expiresAt: 2 ** 40, data })),
  }
}
