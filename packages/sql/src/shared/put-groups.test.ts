import { describe, expect, it } from 'vitest'
import { putGroups, type PutJob } from './put-groups.ts'

const job = (name: string, size = 1): PutJob<string> => ({ names: [name], rows: [name], size })

/** Statements that end when the test says so. */
function database(isAboutRows: (error: unknown) => boolean = () => false) {
  const statements: { rows: readonly string[]; end: () => void; fail: (error: Error) => void }[] = []
  const put = putGroups<string>({
    isAboutRows,
    write: (rows) =>
      new Promise((resolve, reject) => statements.push({ rows, end: () => resolve(null), fail: reject })),
  })
  return { put, statements, written: () => statements.map(({ rows }) => rows) }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('putGroups', () => {
  it('writes the first job at once, and what comes meanwhile together', async () => {
    const { put, statements, written } = database()
    const all = Promise.all(['a', 'b', 'c'].map((name) => put(job(name))))
    expect(written()).toEqual([['a']])
    statements[0]!.end()
    await turn()
    expect(written()).toEqual([['a'], ['b', 'c']])
    statements[1]!.end()
    await all
  })

  it('does not wait for a statement that is held up', async () => {
    const { put, statements, written } = database()
    const first = put(job('a'))
    const second = put(job('b'))
    await expect.poll(written).toEqual([['a'], ['b']])
    statements[1]!.end()
    await second
    statements[0]!.end()
    await first
  })

  it('writes no row twice in one statement, and keeps the order', async () => {
    const { put, statements, written } = database()
    const all = Promise.all(['a', 'b', 'c', 'b', 'd'].map((name) => put(job(name))))
    for (const n of [0, 1, 2]) {
      statements[n]!.end()
      await turn()
    }
    await all
    expect(written()).toEqual([['a'], ['b', 'c'], ['b', 'd']])
  })

  it('keeps groups below 64 rows and half a megabyte', async () => {
    const { put, statements } = database()
    const names = Array.from({ length: 66 }, (_, n) => `row${n}`)
    const all = Promise.all([...names.map((name) => put(job(name))), put(job('large', 500_000)), put(job('b', 30_000))])
    for (const n of [0, 1, 2, 3]) {
      statements[n]!.end()
      await turn()
    }
    await all
    expect(statements.map(({ rows }) => rows.length)).toEqual([1, 64, 2, 1])
  })

  it('tries each job alone when some rows are to blame, so that the others are written', async () => {
    const { put, statements, written } = database((error) => (error as Error).message === 'too deep')
    const jobs = ['a', 'b', 'deep', 'c'].map((name) => put(job(name)).then(() => name))
    statements[0]!.end()
    await turn()
    statements[1]!.fail(new Error('too deep'))
    await turn()
    expect(written().slice(2)).toEqual([['b'], ['deep'], ['c']])
    statements[2]!.end()
    statements[3]!.fail(new Error('too deep'))
    statements[4]!.end()
    expect((await Promise.allSettled(jobs)).map(({ status }) => status)).toEqual([
      ...['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    ])
  })

  it('fails all jobs of a statement that may or may not have been written', async () => {
    const { put, statements } = database()
    const jobs = ['a', 'b', 'c'].map((name) => put(job(name)))
    statements[0]!.end()
    await turn()
    statements[1]!.fail(new Error('connection lost'))
    const outcomes = await Promise.allSettled(jobs)
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(statements).toHaveLength(2)
  })
})
