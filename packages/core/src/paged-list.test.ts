import { describe, expect, it } from 'vitest'
import { pagedList } from './paged-list.ts'

describe('pagedList', () => {
  it('gives pages of those that have not left, after any position', () => {
    const list = pagedList<number>('list')
    const slots = Array.from({ length: 10 }, (_, n) => list.add(10 * n, n))
    for (const n of [0, 3, 4, 9]) list.remove(slots[n]!)
    const page = (after: number, limit: number) => list.page(after, limit).map(({ item }) => item)
    expect(page(-1, 100)).toEqual([1, 2, 5, 6, 7, 8])
    expect(page(10, 3)).toEqual([2, 5, 6])
    expect(page(35, 2)).toEqual([5, 6])
    expect(page(90, 2)).toEqual([])
    expect(list.size).toBe(6)
  })

  it('keeps its order and its positions once it has closed the gaps', () => {
    const list = pagedList<number>('list')
    const slots = Array.from({ length: 100 }, (_, n) => list.add(n, n))
    for (const slot of slots.slice(0, 97)) list.remove(slot)
    list.add(100, 100)
    list.remove(slots[98]!)
    expect(list.page(96, 100).map(({ position, item }) => [position, item])).toEqual([
      [97, 97],
      [99, 99],
      [100, 100],
    ])
    expect(list.size).toBe(3)
  })
})
