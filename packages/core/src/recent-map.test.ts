import { describe, expect, it } from 'vitest'
import { recentMap } from './recent-map.ts'

describe('recentMap', () => {
  it('stays within its size, keeps what is asked for and drops the rest', () => {
    const map = recentMap<number>(10)
    for (let i = 0; i < 1000; i++) {
      map.set(`n${i}`, i)
      expect(map.get('n0')).toBe(0)
    }
    const left = Array.from({ length: 1000 }, (_, i) => map.get(`n${i}`)).filter((value) => value !== undefined)
    expect(left.length).toBeLessThanOrEqual(10)
    expect(map.get('n999')).toBe(999)
    expect(map.get('n500')).toBeUndefined()
  })

  it('forgets what is deleted, in either generation', () => {
    const map = recentMap<number>(2)
    map.set('old', 1)
    map.set('young', 2)
    for (const name of ['old', 'young']) {
      map.delete(name)
      expect(map.get(name)).toBeUndefined()
    }
  })
})
