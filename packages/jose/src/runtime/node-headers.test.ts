import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { knownHeader, rememberHeader } from './node-headers.ts'

describe('headers that are remembered', () => {
  it('keep no token in memory that they were a part of, nor one that they were asked for with', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const used = (): number => (collect(), process.memoryUsage().heapUsed)
    const encodedOf = (i: number): string => {
      const token = Buffer.alloc(1_000_000, `header-of-token-${i}.`).toString('latin1')
      return token.slice(0, token.indexOf('.'))
    }
    const before = used()
    for (let i = 0; i < 40; i++) rememberHeader(encodedOf(i), { alg: 'HS256' })
    for (let i = 0; i < 180; i++) rememberHeader(`other-header-${i}`, { alg: 'HS256' })
    for (let i = 0; i < 40; i++) expect(knownHeader(encodedOf(i))).toEqual({ alg: 'HS256' })
    expect(used() - before).toBeLessThan(20_000_000)
  })
})
