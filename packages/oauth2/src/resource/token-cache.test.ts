import { describe, expect, it } from 'vitest'
import { tokenCache } from './token-cache.ts'

describe('tokenCache', () => {
  it('stays within its size and drops what no one asks for', () => {
    const cache = tokenCache<number>(10)
    for (let i = 0; i < 1000; i++) {
      cache.set(`t${i}`, i, 100, 0)
      expect(cache.get('t0', 1)).toBe(0) // in use all the time
    }
    const left = Array.from({ length: 1000 }, (_, i) => cache.get(`t${i}`, 1)).filter((value) => value !== undefined)
    expect(left.length).toBeLessThanOrEqual(10)
    expect(cache.get('t999', 1)).toBe(999)
  })

  it('gives nothing from its time on', () => {
    const cache = tokenCache<string>()
    cache.set('a', 'value', 10, 0)
    cache.set('b', 'value', 10, 10)
    expect(cache.get('a', 9)).toBe('value')
    expect(cache.get('a', 10)).toBeUndefined()
    expect(cache.get('b', 9)).toBeUndefined()
  })
})
