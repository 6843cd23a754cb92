import { describe, expect, it } from 'vitest'
import { grouped, type Job } from './groups.ts'

interface Named extends Job {
  readonly name: string
}

const job = (name: string, size = 1): Named => ({ name, names: [name], rows: 1, size })

/** Statements that end when the test says so, and answer each job with its name. */
function database(isAboutSome: (error: unknown) => boolean = () => false, longestWait = 20) {
  const statements: { jobs: readonly string[]; end: () => void; fail: (error: Error) => void }[] = []
  const ask = grouped<Named, string>({
    isAboutSome,
    longestWait,
    run: (jobs) => {
      const names = jobs.map(({ name }) => name)
      return new Promise((resolve, reject) => statements.push({ jobs: names, end: () => resolve(names), fail: reject }))
    },
  })
  /** Ends one statement, and lets the next one start. */
  const end = async (n: number) => {
    statements[n]!.end()
    await turn()
  }
  return { ask, statements, end, asked: () => statements.map(({ jobs }) => jobs) }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))
const HOUR = 3_600_000
/** Those that are sent at once. */
const FIRST = ['first1', 'first2', 'first3', 'first4']
const ALONE = FIRST.map((name) => [name])

describe('grouped', () => {
  it('runs four jobs at once, and what comes meanwhile together', async () => {
    const { ask, end, asked } = database(undefined, HOUR)
    const all = Promise.all([...FIRST, 'a', 'b'].map((name) => ask(job(name))))
    expect(asked()).toEqual(ALONE)
    await end(0)
    expect(asked()).toEqual([...ALONE, ['a', 'b']])
    for (const n of [1, 2, 3, 4]) await end(n)
    expect(await all).toEqual([...FIRST, 'a', 'b'])
  })

  it('lets nobody join a statement that has been sent', async () => {
    const { ask, end, asked } = database(undefined, HOUR)
    const first = [...FIRST, 'a', 'b', 'c'].map((name) => ask(job(name)))
    await end(0)
    const last = ask(job('d')) // six wait for an answer
    expect(asked()).toEqual([...ALONE, ['a', 'b', 'c']])
    await end(4)
    expect(asked()).toEqual([...ALONE, ['a', 'b', 'c'], ['d']])
    for (const n of [1, 2, 3, 5]) await end(n)
    expect(await Promise.all([...first, last])).toEqual([...FIRST, 'a', 'b', 'c', 'd'])
  })

  it('does not wait for statements that are held up', async () => {
    const { ask, end, asked } = database(undefined, 1)
    const held = FIRST.map((name) => ask(job(name)))
    const next = ask(job('a'))
    await expect.poll(asked).toEqual([...ALONE, ['a']])
    await end(4)
    expect(await next).toBe('a')
    for (const n of [0, 1, 2, 3]) await end(n)
    await Promise.all(held)
  })

  it('takes one of those that share a name, in their order, and nobody waits for the others', async () => {
    const { ask, end, asked } = database(undefined, HOUR)
    const all = Promise.all([...FIRST, 'a', 'b', 'a', 'c', 'a'].map((name) => ask(job(name))))
    for (const n of [0, 1, 2, 3, 4, 5, 6]) await end(n)
    await all
    expect(asked().slice(4)).toEqual([['a', 'b', 'c'], ['a'], ['a']])
  })

  it('keeps groups below 64 rows and half a megabyte', async () => {
    const { ask, end, asked } = database(undefined, HOUR)
    const names = Array.from({ length: 65 }, (_, n) => `row${n}`)
    const all = Promise.all(
      [...FIRST, ...names].map((name) => ask(job(name))).concat(ask(job('large', 500_000)), ask(job('b', 30_000))),
    )
    for (const n of [0, 1, 2, 3, 4, 5, 6]) await end(n)
    await all
    expect(asked().map(({ length }) => length)).toEqual([1, 1, 1, 1, 64, 2, 1])
  })

  it('runs each job alone when some are to blame, so that the others succeed', async () => {
    const { ask, statements, end, asked } = database((error) => (error as Error).message === 'too deep', HOUR)
    const jobs = Promise.allSettled([...FIRST, 'b', 'deep', 'c'].map((name) => ask(job(name))))
    for (const n of [0, 1, 2, 3]) await end(n)
    statements[4]!.fail(new Error('too deep'))
    await turn()
    expect(asked().slice(5)).toEqual([['b'], ['deep'], ['c']])
    await end(5)
    statements[6]!.fail(new Error('too deep'))
    await end(7)
    const outcomes = (await jobs).map(({ status }) => status === 'fulfilled')
    expect(outcomes).toEqual([true, true, true, true, true, false, true])
  })

  it('fails all jobs of a statement that may or may not have been carried out', async () => {
    const { ask, statements, end } = database(undefined, HOUR)
    const jobs = Promise.allSettled([...FIRST, 'a', 'b'].map((name) => ask(job(name))))
    for (const n of [0, 1, 2, 3]) await end(n)
    statements[4]!.fail(new Error('connection lost'))
    const outcomes = (await jobs).map(({ status }) => status === 'fulfilled')
    expect(outcomes).toEqual([true, true, true, true, false, false])
    expect(statements).toHaveLength(5)
  })
})
