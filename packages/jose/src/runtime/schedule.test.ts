import { describe, expect, it } from 'vitest'
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
    expect(where).toEqual(['loop', 'pool', 'pool'])
    await turn()
    await attempt()
    expect(where.at(-1)).toBe('loop')
  })
})
