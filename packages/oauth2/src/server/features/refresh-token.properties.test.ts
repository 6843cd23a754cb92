// Random schedules of refreshes, lost answers, retries and theft, on two servers whose reads and writes interleave at random.
import { memoryStore, type Store } from '@authlib/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bareServer, manualClock, post, refresh, WEB, type Answer } from '../../../test/journey.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { staticClients } from '../records/clients.ts'
import { insecurePasswordGrant } from '../legacy/index.ts'
import { refreshTokenGrant } from './refresh-token.ts'

const REUSE = 10
const DAY = 86_400
const CLIENT = { ...WEB, grant_types: ['password', 'refresh_token'], redirect_uris: [], response_types: [] }

/** What a client does with the token that it holds: it sends it so often at once, and learns some of the answers. */
interface Turn {
  readonly atOnce: number
  /** Of each answer, whether it arrives. */
  readonly arrives: readonly boolean[]
  /** Seconds before it tries again when none has, and before the next turn when one has. */
  readonly retryAfter: number
  readonly pause: number
}

const turns = fc.array(
  fc.record<Turn>({
    atOnce: fc.integer({ min: 1, max: 4 }),
    arrives: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    retryAfter: fc.constantFrom(0, 1, 4),
    pause: fc.constantFrom(0, 5, 60, DAY),
  }),
  { minLength: 1, maxLength: 5 },
)

function start(scheduler: fc.Scheduler) {
  const clock = manualClock()
  const inner = memoryStore()
  const store: Store = {
    ...inner,
    get: scheduler.scheduleFunction(inner.get),
    commit: scheduler.scheduleFunction(inner.commit),
  }
  const servers = [0, 1].map(() => {
    const { server } = bareServer({ clock, store, clients: staticClients([CLIENT]) })
    server.registerGrant(insecurePasswordGrant({ findSubject: () => 'alice' }))
    return server.register(refreshTokenGrant({ reuseInterval: REUSE }))
  })
  const pick = (index: number): AuthorizationServer => servers[index % servers.length]!
  const login = async (): Promise<string> => {
    const form = { grant_type: 'password', username: 'alice', password: 'x', scope: 'read' }
    return String((await scheduler.waitFor(post(pick(0), '/token', form, CLIENT))).json['refresh_token'])
  }
  const send = (token: string, times: number): Promise<Answer[]> =>
    scheduler.waitFor(Promise.all(Array.from({ length: times }, (_, index) => refresh(pick(index), token, CLIENT))))
  return { clock, login, send }
}

/** Which tokens each token was ever replaced by. */
function ledger() {
  const successors = new Map<string, Set<string>>()
  return {
    note(token: string, answers: readonly Answer[]): void {
      const known = successors.get(token) ?? new Set<string>()
      for (const { status, json } of answers) if (status === 200) known.add(String(json['refresh_token']))
      successors.set(token, known)
    },
    /** Never two winners. */
    check(): void {
      for (const known of successors.values()) expect(known.size).toBeLessThanOrEqual(1)
    },
  }
}

describe('refresh tokens under random schedules (RFC 9700 §4.14.2, G16)', () => {
  it('give each token one successor, and sign no honest client out', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), turns, async (scheduler, schedule) => {
        const { clock, login, send } = start(scheduler)
        const { note, check } = ledger()
        let held = await login()
        for (const { atOnce, arrives, retryAfter, pause } of schedule) {
          let learnt: string | undefined
          for (let attempt = 0; learnt === undefined; attempt++) {
            const answers = await send(held, atOnce)
            note(held, answers)
            expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
            const arrived = answers.find((_, index) => arrives[index] === true || attempt === 2) // the network comes back
            learnt = arrived && String(arrived.json['refresh_token'])
            if (learnt === undefined) clock.advance(retryAfter) // twice at most: within the interval
          }
          held = learnt
          clock.advance(pause)
        }
        check()
        expect((await send(held, 1))[0]?.status).toBe(200)
      }),
      { numRuns: 60 },
    )
  })

  it(
    'leave nothing to a thief who comes late, nor to the client until it logs in again',
    { timeout: 60_000 },
    async () => {
      const theft = fc.record({ turn: fc.nat(4), atOnce: fc.integer({ min: 1, max: 3 }), clientFirst: fc.boolean() })
      await fc.assert(
        fc.asyncProperty(
          fc.scheduler(),
          fc.integer({ min: 2, max: 5 }),
          theft,
          async (scheduler, count, { turn, atOnce, clientFirst }) => {
            const { clock, login, send } = start(scheduler)
            const { note, check } = ledger()
            const all = [await login()]
            for (let step = 0; step < count; step++) {
              const answers = await send(all.at(-1)!, 1)
              note(all.at(-1)!, answers)
              all.push(String(answers[0]!.json['refresh_token']))
              clock.advance(REUSE + 1)
            }
            const stolen = all[turn % (all.length - 1)]! // any but the one that is live
            const live = all.at(-1)!
            const thief = send(stolen, atOnce)
            const client = clientFirst ? send(live, 1) : undefined
            const [taken, kept] = await Promise.all([thief, client])
            note(stolen, taken)
            if (kept) note(live, kept)
            expect(taken.map(({ json }) => json['error'])).toEqual(taken.map(() => 'invalid_grant'))
            check()
            for (const token of [...all, ...(kept ?? []).map(({ json }) => String(json['refresh_token']))]) {
              expect((await send(token, 1))[0]?.json['error']).toBe('invalid_grant')
            }
          },
        ),
        { numRuns: 60 },
      )
    },
  )

  it('give the thief who wins a race no second token: the client ends both', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 3 }), async (scheduler, hops) => {
        const { clock, login, send } = start(scheduler)
        const stolen = await login()
        let thiefs = stolen
        for (let hop = 0; hop < hops; hop++) {
          thiefs = String((await send(thiefs, 1))[0]!.json['refresh_token'])
          clock.advance(REUSE + 1)
        }
        expect((await send(stolen, 1))[0]?.json['error']).toBe('invalid_grant') // the client, who knows of nothing
        expect((await send(thiefs, 2)).map(({ json }) => json['error'])).toEqual(['invalid_grant', 'invalid_grant'])
      }),
      { numRuns: 40 },
    )
  })
})
