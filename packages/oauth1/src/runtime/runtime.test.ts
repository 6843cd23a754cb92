import { describe, expect, it } from 'vitest'
import * as node from './node.ts'
import type { Hash } from './runtime.ts'
import * as web from './web.ts'

const HASHES: readonly Hash[] = ['SHA-1', 'SHA-256', 'SHA-512']

describe('both runtimes', () => {
  it.each(HASHES)('make the same HMAC and digest with %s', async (hash) => {
    for (const [key, text] of [
      ['&', ''],
      ['ü%20&x', 'text ü'],
      ['k'.repeat(300), 'x'.repeat(5000)],
    ] as const) {
      expect(node.hmac(hash, key, text)).toBe(await web.hmac(hash, key, text))
      const bytes = new TextEncoder().encode(text)
      expect(node.digest(hash, bytes)).toBe(await web.digest(hash, bytes))
    }
  })
})
