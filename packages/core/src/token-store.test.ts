import { testClock } from '@authlib/testing'
import { describe, expect, it } from 'vitest'
import { memoryStore, memoryTokens, storeTokens, type Store, type StoredRecord, type TokenStore } from './index.ts'

const SECRET = 'a-secret-of-at-least-32-characters'
const alice = { id: '1', accessToken: 'at-alice' }
const next = { id: '2', accessToken: 'at-next' }

const kinds: [string, () => TokenStore][] = [
  ['in memory', memoryTokens],
  ['in a store', () => storeTokens(memoryStore(), { secrets: [SECRET] })],
]

describe.each(kinds)('tokens %s', (_, create) => {
  it('keeps, replaces and removes the token of a key', async () => {
    const tokens = create()
    expect(await tokens.get('alice')).toBeNull()
    expect(await tokens.save('alice', alice)).toBe(true)
    expect(await tokens.save('bob', next)).toBe(true)
    expect(await tokens.get('alice')).toEqual(alice)
    expect(await tokens.save('alice', null)).toBe(true)
    expect(await tokens.save('alice', null)).toBe(true)
    expect(await tokens.get('alice')).toBeNull()
    expect(await tokens.get('bob')).toEqual(next)
  })

  it('writes only over the token that was expected', async () => {
    const tokens = create()
    expect(await tokens.save('alice', next, alice)).toBe(false)
    expect(await tokens.save('alice', alice, null)).toBe(true)
    expect(await tokens.save('alice', next, null)).toBe(false)
    expect(await tokens.save('alice', null, next)).toBe(false)
    expect(await tokens.get('alice')).toEqual(alice)
    expect(await tokens.save('alice', next, alice)).toBe(true)
    expect(await tokens.save('alice', alice, alice)).toBe(false)
    expect(await tokens.save('alice', null, next)).toBe(true)
    expect(await tokens.get('alice')).toBeNull()
  })

  it('has one winner among fifty who write over the same token', async () => {
    const tokens = create()
    await tokens.save('alice', alice)
    const won = await Promise.all(Array.from({ length: 50 }, (_, i) => tokens.save('alice', { id: `n${i}` }, alice)))
    expect(won.filter(Boolean)).toHaveLength(1)
    expect(await tokens.get('alice')).toEqual({ id: `n${won.indexOf(true)}` })
  })

  it.each(['\ud800', 'a\udc00b', undefined, 5])('refuses %j as a key: UTF-8 would confuse accounts', async (key) => {
    const tokens = create()
    await expect(tokens.get(key as string)).rejects.toThrow(TypeError)
    await expect(tokens.save(key as string, alice)).rejects.toThrow(TypeError)
    expect(await tokens.save('a\u{1f600}', alice)).toBe(true)
  })

  it('is not changed through a token that was handed in', async () => {
    const tokens = create()
    const mine = { ...alice }
    await tokens.save('alice', mine)
    mine.accessToken = 'changed'
    expect(await tokens.get('alice')).toEqual(alice)
  })
})

describe('tokens in a store', () => {
  it('are sealed: a dump of the store shows neither token nor key', async () => {
    const dump: unknown[] = []
    const tokens = storeTokens(watched(memoryStore(), dump), { secrets: [SECRET] })
    await tokens.save('alice@example.com', alice)
    expect(JSON.stringify(dump)).not.toMatch(/alice|at-/)
    expect(dump).toHaveLength(1)
  })

  it('are bound to their key: a record moved to another account opens nothing', async () => {
    const store = memoryStore()
    const dump: StoredRecord[] = []
    const tokens = storeTokens(watched(store, dump), { secrets: [SECRET] })
    await tokens.save('alice', alice)
    await tokens.save('mallory', next)
    const [victim, thief] = dump
    const stolen = { ...thief!, data: victim!.data, revision: 2 }
    const unchanged = [{ kind: thief!.kind, id: thief!.id, revision: 1 }]
    await store.commit({ partition: thief!.partition, now: 0, expect: unchanged, put: [stolen], remove: [] })
    expect(await tokens.get('mallory')).toBeNull()
    expect(await tokens.get('alice')).toEqual(alice)
  })

  it('open with an older secret, and can be replaced when their secret is lost', async () => {
    const store = memoryStore()
    const secrets = ['another-secret-of-32-characters-or-more']
    await storeTokens(store, { secrets: [SECRET] }).save('alice', alice)
    expect(await storeTokens(store, { secrets: [...secrets, SECRET] }).get('alice')).toEqual(alice)
    const lost = storeTokens(store, { secrets })
    expect(await lost.get('alice')).toBeNull()
    expect(await lost.save('alice', next, null)).toBe(true)
    expect(await lost.get('alice')).toEqual(next)
  })

  it('are removed when they were not saved again for their lifetime', async () => {
    const clock = testClock()
    const tokens = storeTokens(memoryStore(), { secrets: [SECRET], lifetime: 100, clock })
    await tokens.save('alice', alice)
    clock.advance(99)
    expect(await tokens.save('alice', next, alice)).toBe(true)
    clock.advance(99)
    expect(await tokens.get('alice')).toEqual(next)
    clock.advance(1)
    expect(await tokens.get('alice')).toBeNull()
    expect(await tokens.save('alice', alice, null)).toBe(true)
    expect(await tokens.get('alice')).toEqual(alice)
  })

  it.each([{ commit: 'best-effort' }, { reads: 'eventual' }] as const)('refuse a store with %o', (flaw) => {
    const store = memoryStore()
    const weak: Store = { ...store, guarantees: { ...store.guarantees, ...flaw } }
    expect(() => storeTokens(weak, { secrets: [SECRET] })).toThrow(expect.objectContaining({ code: 'weak_storage' }))
  })
})

/** Notes each record that is written. */
function watched(store: Store, dump: unknown[]): Store {
  return {
    ...store,
    commit(batch) {
      dump.push(...batch.put)
      return store.commit(batch)
    },
  }
}
