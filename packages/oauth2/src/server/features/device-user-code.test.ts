import { memoryStore } from '@authlib/core'
import { describe, expect, it } from 'vitest'
import { bareServer, manualClock } from '../../../test/journey.ts'
import { createUserCode, findUserCode, normalizeUserCode, storeUserCode } from './device-user-code.ts'

describe('a user code (RFC 8628 §6.1)', () => {
  it('has eight letters, none of which comes more often than others', () => {
    const rows = [new Uint8Array(8).fill(255), new Uint8Array(8).fill(240), new Uint8Array(8).fill(239)]
    expect(createUserCode(() => rows.shift() ?? new Uint8Array(8))).toBe('ZZZZZZZZ') // 239 is the last of twelve rounds of twenty
    const counts = new Map<string, number>()
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    for (let at = 0; at < 240; at += 8) {
      for (const letter of createUserCode(() => all.slice(at, at + 8)))
        counts.set(letter, (counts.get(letter) ?? 0) + 1)
    }
    expect([...counts.values()]).toEqual(Array.from({ length: 20 }, () => 12))
  })

  it('is read in either case, with whatever stands between', () => {
    expect(normalizeUserCode(' wdjb-mjht ')).toBe('WDJBMJHT')
    expect(normalizeUserCode('W.D.J.B.M.J.H.T')).toBe('WDJBMJHT')
  })

  it('leads to one device at a time, until it expires', async () => {
    const clock = manualClock()
    const { server } = bareServer({ clock, store: memoryStore() })
    const of = (authorizationId: string) => ({ authorizationId, expiresAt: clock() + 60 })
    expect(await storeUserCode(server, 'WDJBMJHT', of('first'))).toBe(true)
    expect(await storeUserCode(server, 'WDJBMJHT', of('second'))).toBe(false)
    expect(await findUserCode(server, 'WDJBMJHT', 60)).toBe('first')
    clock.advance(60)
    expect(await findUserCode(server, 'WDJBMJHT', 60)).toBeNull()
    expect(await storeUserCode(server, 'WDJBMJHT', of('third'))).toBe(true)
  })
})
