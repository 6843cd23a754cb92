import fc from 'fast-check'
import { expect, it } from 'vitest'
import { minHeap } from './min-heap.ts'

it('minHeap has the lowest rank first, however nodes come and go', () => {
  const steps = fc.array(fc.record({ rank: fc.integer({ min: 0, max: 20 }), leaver: fc.option(fc.nat()) }))
  fc.assert(
    fc.property(steps, (history) => {
      const heap = minHeap()
      const members: { rank: number; place: number }[] = []
      for (const { rank, leaver } of history) {
        if (leaver !== null && members.length > 0) {
          const [node] = members.splice(leaver % members.length, 1)
          heap.remove(node!)
        } else {
          const node = { rank, place: 0 }
          members.push(node)
          heap.add(node)
        }
        expect(heap.first()?.rank).toBe(members.map((member) => member.rank).sort((a, b) => a - b)[0])
      }
    }),
  )
})
