// No account is lost, whatever several workers, a failing store, lost responses, clocks that jump and new logins do.
import { memoryTokens, type TokenStore } from '@authlib/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OAuth2Client, type Token, apiSession } from './index.ts'

const LIFETIME = 3600
const WORKERS = 3

/** The token has expired; workers ask for it at the same time, while this goes wrong. */
interface Scene {
  readonly asking: readonly number[]
  /** Saves that work first, such as of a lease; saves that then fail; and whether they are written all the same. */
  readonly sparing: number
  readonly failing: number
  readonly written: boolean
  readonly lost: boolean
  /** A person logs in while the others ask. */
  readonly login: boolean
  readonly jump: { readonly worker: number; readonly seconds: number }
  /** Whether the next scene begins when all have their answer. */
  readonly settles: boolean
}

const worker = fc.integer({ min: 0, max: WORKERS - 1 })
const scenes = (withLoss: boolean): fc.Arbitrary<Scene[]> =>
  fc.array(
    fc.record({
      asking: fc.oneof(fc.tuple(worker), fc.array(worker, { minLength: 2, maxLength: 4 })),
      sparing: fc.constantFrom(0, 1, 2),
      failing: fc.constantFrom(0, 1, 4),
      written: fc.boolean(),
      lost: withLoss ? fc.boolean() : fc.constant(false),
      login: fc.constantFrom(false, false, true),
      jump: fc.record({ worker, seconds: fc.constantFrom(0, 0, -7200, -45, 45, 7200) }),
      settles: fc.boolean(),
    }),
    { minLength: 2, maxLength: 3 },
  )

/** A server that rotates refresh tokens. With grace, the one before gives the same successor until that one is used. */
function rotatingServer({ grace }: { readonly grace: boolean }) {
  const families: { head: string; before?: string | undefined }[] = []
  let count = 0
  const state = { lose: 0 }

  function answer(family: (typeof families)[number]): Response {
    const [login] = family.head.split('.')
    const accessToken = `a.${login}.${++count}`
    const body = { access_token: accessToken, token_type: 'Bearer', expires_in: LIFETIME, refresh_token: family.head }
    return Response.json(body)
  }

  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const form = new URLSearchParams(await new Request(input, init).text())
    await new Promise((resolve) => setTimeout(resolve, 1)) // others get their turn
    const presented = form.get('refresh_token')
    const family = families.find(({ head, before }) => head === presented || (grace && before === presented))
    if (family === undefined) return Response.json({ error: 'invalid_grant' }, { status: 400 })
    if (family.head === presented) {
      const [login, generation] = presented.split('.')
      family.before = presented
      family.head = `${login}.${Number(generation) + 1}`
    }
    const response = answer(family)
    if (state.lose === 0) return response
    state.lose--
    throw new TypeError('the connection broke')
  }

  function logIn(now: number): Token {
    const family = { head: `${families.length}.0` }
    families.push(family)
    const accessToken = `a.${families.length - 1}.${++count}`
    return {
      version: 1,
      id: `login ${count}`,
      clientId: 'client',
      tokenType: 'Bearer',
      accessToken,
      refreshToken: family.head,
      scope: [],
      obtainedAt: now,
      expiresAt: now + LIFETIME,
    }
  }

  return { fetch: fetch, logIn, state, newest: () => families.length - 1 }
}

/** Some saves fail, before or after they are written. */
function failingTokens() {
  const inner = memoryTokens()
  const faults = { sparing: 0, saves: 0, written: false }
  const store: TokenStore = {
    get: inner.get,
    async save(key, token, previous) {
      if (faults.saves === 0 || faults.sparing > 0) {
        faults.sparing--
        return inner.save(key, token, previous)
      }
      faults.saves--
      if (faults.written) await inner.save(key, token, previous)
      throw new Error('the store is away')
    },
  }
  return { store, faults }
}

async function play(script: readonly Scene[], grace: boolean): Promise<void> {
  const server = rotatingServer({ grace })
  const { store: tokens, faults } = failingTokens()
  const time = { now: 1_800_000_000, offsets: [-45, 0, 45] }
  const clients = time.offsets.map((_, index) => {
    const clock = (): number => time.now + time.offsets[index]!
    const metadata = { token_endpoint: 'https://as.example/token' }
    return new OAuth2Client({ clientId: 'client', metadata, tokens, clock, fetch: server.fetch })
  })
  const session = (index: number) => apiSession(clients[index]!, 'alice')
  const running: Promise<unknown>[] = []
  const run = (promise: Promise<unknown>): void => void running.push(promise.catch(() => undefined))
  const settle = async (): Promise<void> => {
    const all = Promise.all(running.splice(0))
    const done = { yet: false }
    void all.then(() => (done.yet = true))
    while (!done.yet) {
      await new Promise((resolve) => setTimeout(resolve, 1))
      time.now += 5 // so that those who wait for a lease do not wait long
    }
  }

  await session(0).save(server.logIn(time.now))
  for (const { asking, sparing, failing, written, lost, login, jump, settles } of script) {
    time.now += LIFETIME
    time.offsets[jump.worker]! += jump.seconds
    Object.assign(faults, { sparing, saves: failing, written })
    server.state.lose = lost ? 1 : 0
    for (const index of asking) run(session(index).token())
    if (login) {
      await new Promise((resolve) => setTimeout(resolve, 1))
      faults.saves = 0 // a login whose save fails is told to the person
      await session(0).save(server.logIn(time.now))
    }
    if (settles) await settle()
  }
  await settle()
  faults.saves = 0
  server.state.lose = 0
  time.now += LIFETIME + 7200
  for (let index = 0; index < WORKERS; index++) run(session(index).token())
  await settle()
  time.now += LIFETIME + 7200
  for (let index = 0; index < WORKERS; index++) {
    run(session(index).token())
    await settle()
  }
  for (let index = 0; index < WORKERS; index++) {
    const token = await session(index).token()
    expect(token.accessToken.split('.')[1]).toBe(String(server.newest()))
  }
}

describe('an account', () => {
  it('is not lost by a server that gives the same successor again (grace period), whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(scenes(true), (script) => play(script, true)),
      { numRuns: 60, interruptAfterTimeLimit: 12_000 },
    )
  })

  it('is not lost by a server that refuses old refresh tokens, unless a response is lost', async () => {
    await fc.assert(
      fc.asyncProperty(scenes(false), (script) => play(script, false)),
      { numRuns: 60, interruptAfterTimeLimit: 12_000 },
    )
  })
})
