import { expect, it } from 'vitest'
import { testClock } from './test-clock.ts'

it('testClock stands still until it is moved', () => {
  const clock = testClock(1000)
  expect([clock(), clock()]).toEqual([1000, 1000])
  clock.advance(60)
  expect(clock()).toBe(1060)
  clock.advance(-10)
  expect(clock()).toBe(1050)
})
