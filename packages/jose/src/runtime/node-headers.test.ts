import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { knownHeader, rememberHeader } from './node-headers.ts'

describe('headers that are remembered', () => {
  it('keep no token in memory that they were a part of', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const used = (): number => (collect(), process.memoryUsage().heapUsed)
    const before = used()
    for (let i = 0; i < 40; i++) {
      const token = Buffer.alloc(1_000_000, `header-of-token-${i}.`).toString('latin1')
      rememberHeader(token.slice(0, token.indexOf('.')), { alg: 'HS256' })
    }
    expect(used() - before).toBeLessThan(20_000_000)
    expect(knownHeader('header-of-token-39')).toEqual({ alg: 'HS256' })
  })
})
