import { describe, expect, it, vi } from 'vitest'
import { onLoopOrPool } from './schedule.ts'

function takeTime(): void {
  const end = performance.now() + 5
  while (performance.now() < end);
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('work on the event loop', () => {
  it.each([false, true])('makes way for the pool when a turn is spent, by failures too: %s', async (fails) => {
    const where: string[] = []
    const run = onLoopOrPool<number, number>(
      (input) => {
        where.push('loop')
        takeTime()
        if (fails) throw new Error('as for a token that was made up')
        return input
      },
      (input, done) => {
        where.push('pool')
        setImmediate(() => done(null, input))
      },
    )
    const attempt = async (): Promise<unknown> => {
      try {
        return await run(1)
      } catch {
        return null
      }
    }
    await turn()
    await Promise.all([attempt(), attempt(), attempt()])
    expect(where).toEqual(['loop', 'pool', 'loop']) // the second one has waited for another turn
    await turn()
    await attempt()
    expect(where.at(-1)).toBe('loop')
  })

  it('stays there while calls come one at a time, and lets the loop turn in between', async () => {
    let turns = 0
    const run = onLoopOrPool<number, number>(
      (input) => {
        takeTime()
        return input
      },
      (_, done) => done(new Error('one at a time needs no pool'), 0),
    )
    await turn()
    const count = (): void => {
      turns++
      if (turns < 100) setImmediate(count)
    }
    setImmediate(count)
    for (const call of [1, 2, 3, 4]) expect(await run(call)).toBe(call)
    expect(turns).toBeGreaterThanOrEqual(3)
  })

  it('is not cheaper for a cheap call every now and then', async () => {
    let onPool = 0
    const run = onLoopOrPool<boolean, boolean>(
      (isCheap) => {
        if (!isCheap) takeTime()
        return isCheap
      },
      (isCheap, done) => {
        onPool++
        setImmediate(() => done(null, isCheap))
      },
    )
    await turn()
    await Promise.all(Array.from({ length: 80 }, async (_, call) => run(call % 8 === 0)))
    expect(onPool).toBeGreaterThan(0)
  })

  it('comes back there when the pool has refused what it was given', async () => {
    const where: string[] = []
    const run = onLoopOrPool<number, number>(
      (input) => {
        where.push('loop')
        takeTime()
        return input
      },
      () => {
        where.push('pool')
        throw new TypeError('an input of the wrong kind')
      },
    )
    await turn()
    const [, , refused] = await Promise.allSettled([1, 2, 3].map(async (input) => run(input)))
    expect(refused?.status).toBe('rejected')
    await turn()
    await run(4)
    expect(where).toEqual(['loop', 'pool', 'loop', 'loop'])
  })

  it('does not wait for a clock that a test has stopped', async () => {
    const run = onLoopOrPool<number, number>(
      (input) => {
        takeTime()
        return input
      },
      (input, done) => done(null, input),
    )
    await turn()
    vi.useFakeTimers({ toFake: ['setImmediate'] })
    try {
      for (const call of [1, 2, 3]) expect(await run(call)).toBe(call)
    } finally {
      vi.useRealTimers()
    }
  }, 1000)
})
