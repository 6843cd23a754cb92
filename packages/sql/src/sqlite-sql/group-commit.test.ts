import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { groupCommit, Undone } from './group-commit.ts'

class Busy extends Error {}

/** A group commit that notes its groups, and is busy as often as told. */
function noted({ busy = 0, patience = 5 } = {}) {
  const groups: string[][] = []
  const group = groupCommit<string, string>({
    write(jobs) {
      if (busy-- > 0) throw new Busy()
      if (jobs.includes('broken')) throw new Error('broken')
      if (jobs.includes('bad')) throw new Undone(new Error('bad'))
      groups.push([...jobs])
      return jobs.map((job) => job.toUpperCase())
    },
    isBusy: (error) => error instanceof Busy,
    patience,
  })
  return { group, groups }
}

describe('groupCommit', () => {
  it('writes what is added in one turn as one group, in order, each with its own outcome', async () => {
    const { group, groups } = noted()
    expect(await Promise.all(['a', 'b', 'c'].map((job) => group.add(job)))).toEqual(['A', 'B', 'C'])
    expect(groups).toEqual([['a', 'b', 'c']])
  })

  it('writes what is added later as a later group', async () => {
    const { group, groups } = noted()
    await group.add('a')
    await group.add('b')
    expect(groups).toEqual([['a'], ['b']])
  })

  it('gathers what the requests of many sockets add in one turn', async () => {
    const { group, groups } = noted()
    const accepted: Socket[] = []
    const server = createServer((socket) => {
      accepted.push(socket)
      socket.once('data', () => void group.add('a').then(() => socket.end()))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo // it listens on a port
    const sockets = Array.from({ length: 20 }, () => connect(port, '127.0.0.1'))
    while (accepted.length < 20) await once(server, 'connection')
    const ends = sockets.map((socket) => new Promise((resolve) => socket.resume().once('close', resolve)))
    for (const socket of sockets) socket.write('x')
    await Promise.all(ends)
    server.close()
    expect(groups.flat()).toHaveLength(20)
    expect(groups.length).toBeLessThan(20)
  })

  it('tries again while others are busy, and takes along who came meanwhile', async () => {
    const { group, groups } = noted({ busy: 3 })
    const first = group.add('a')
    const second = new Promise((resolve) => setTimeout(resolve)).then(() => group.add('b'))
    expect(await Promise.all([first, second])).toEqual(['A', 'B'])
    expect(groups).toEqual([['a', 'b']])
  })

  it('gives up after its time limit, and starts a new group with the next job', async () => {
    const { group, groups } = noted({ busy: 1, patience: 0 })
    const outcomes = await Promise.allSettled([group.add('a'), group.add('b')])
    expect(outcomes).toMatchObject([{ reason: expect.any(Busy) }, { reason: expect.any(Busy) }])
    expect(await group.add('c')).toBe('C')
    expect(groups).toEqual([['c']])
  })

  it('rejects the whole group when it fails, and starts a new group with the next job', async () => {
    const { group, groups } = noted()
    const outcomes = await Promise.allSettled(['a', 'broken', 'b'].map((job) => group.add(job)))
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(await group.add('c')).toBe('C')
    expect(groups).toEqual([['c']])
  })

  it('tries each alone when one of them is to blame', async () => {
    const { group, groups } = noted()
    const outcomes = await Promise.allSettled(['a', 'bad', 'b', 'bad'].map((job) => group.add(job)))
    expect(outcomes).toMatchObject([
      { value: 'A' },
      { reason: { message: 'bad' } },
      { value: 'B' },
      { reason: { message: 'bad' } },
    ])
    expect(groups).toEqual([['a'], ['b']])
    await expect(group.add('bad')).rejects.toThrow('bad')
  })

  it('lets those wait that find others busy when they are tried alone', async () => {
    const groups: string[][] = []
    let calls = 0
    const group = groupCommit<string, string>({
      write(jobs) {
        if (jobs.length > 1 && jobs.includes('bad')) throw new Undone(new Error('bad'))
        if (jobs.includes('bad')) throw new Error('bad')
        if (++calls < 3) throw new Busy()
        groups.push([...jobs])
        return [...jobs]
      },
      isBusy: (error) => error instanceof Busy,
      patience: 5,
    })
    const outcomes = await Promise.allSettled(['a', 'bad', 'b'].map((job) => group.add(job)))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(groups).toEqual([['a', 'b']])
  })

  it('writes at once when told to flush, and only once', async () => {
    const { group, groups } = noted()
    const pending = group.add('a')
    group.flush()
    expect(groups).toEqual([['a']])
    expect(await pending).toBe('A')
    expect(await group.add('b')).toBe('B')
    expect(groups).toEqual([['a'], ['b']])
  })

  it('makes a flush the last attempt for those who wait', async () => {
    const { group } = noted({ busy: 2 })
    const pending = group.add('a')
    group.flush()
    await expect(pending).rejects.toThrow(Busy)
  })
})
