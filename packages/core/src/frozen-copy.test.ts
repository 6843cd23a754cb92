import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frozenCopy } from './frozen-copy.ts'
import type { JsonObject } from './json.ts'

describe('frozenCopy', () => {
  it('gives what writing and reading as JSON gives', () => {
    const objects = fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), fc.jsonValue())
    fc.assert(
      fc.property(objects, (object) => {
        const data = object as JsonObject // fc.jsonValue has a JSON type of its own
        expect(JSON.stringify(frozenCopy(data))).toBe(JSON.stringify(data))
      }),
    )
  })

  it('writes numbers that JSON lacks as null, and leaves out undefined', () => {
    expect(frozenCopy({ a: NaN, b: [Infinity], c: undefined })).toStrictEqual({ a: null, b: [null] })
  })

  it('makes a member named __proto__ an ordinary one', () => {
    const copy = frozenCopy(JSON.parse('{"__proto__":{"admin":true}}') as JsonObject)
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
    expect(Object.keys(copy)).toEqual(['__proto__'])
  })

  it('is frozen at every level, and leaves the original alone', () => {
    const original = { object: { a: 1 }, list: [{ b: 2 }] }
    const copy = frozenCopy(original) as typeof original // same shape
    for (const part of [copy, copy.object, copy.list, copy.list[0]]) expect(Object.isFrozen(part)).toBe(true)
    expect(Object.isFrozen(original.object)).toBe(false)
  })
})
