import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson, parseJsonObject } from './json.ts'

const invalid = expect.objectContaining({ code: 'invalid_json', status: 400 })

it('reads back compact JSON (AC-15)', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      const text = JSON.stringify(value)
      expect(JSON.stringify(parseJson(text))).toBe(text)
    }),
  )
  expect(JSON.stringify(parseJson('{ "a" : [ 1, 2 ] }'))).toBe('{"a":[1,2]}')
})

it.each(['', '{', "{'a':1}", 'undefined', 'NaN', '\uFEFF{}', '{"a":1}x', '[1,]'])('refuses %j', (text) => {
  expect(() => parseJson(text)).toThrow(invalid)
})

it('limits the depth', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
  expect(parseJson(nested(32))).toBeDefined()
  expect(() => parseJson(nested(33))).toThrow(invalid)
  expect(() => parseJson('{"a":'.repeat(33) + '1' + '}'.repeat(33))).toThrow(invalid)
  expect(() => parseJson(nested(100_000))).toThrow(invalid)
  expect(() => parseJson('['.repeat(100_000))).toThrow(invalid)
  expect(parseJson('[[1]]', { maxDepth: 2 })).toEqual([[1]])
  expect(() => parseJson('[[1]]', { maxDepth: 1 })).toThrow(invalid)
})

it('takes the names of prototypes as plain data (X1)', () => {
  const value = parseJson('{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}},"toString":1}') as object
  expect(Object.keys(value)).toEqual(['__proto__', 'constructor', 'toString'])
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  expect(({ ...value } as Record<string, unknown>)['x']).toBeUndefined()
  expect(({} as Record<string, unknown>)['x']).toBeUndefined()
})

it('quotes nothing of the text, not even in a cause', () => {
  expect.assertions(2)
  try {
    parseJson('s3cret')
  } catch (error) {
    expect((error as Error).cause).toBeUndefined()
    expect((error as Error).stack).not.toContain('s3cret')
  }
})

describe('parseJsonObject', () => {
  it('reads an object', () => {
    const text = '{"a":{"b":[1,{"a":"\\\\"}]},"b":"\\"b\\":","":null}'
    expect(parseJsonObject(text)).toEqual(JSON.parse(text))
  })

  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"b":{"a":1, "a" :1}}',
    '[]',
    'null',
    '"a"',
    '1',
    '',
    '{"__proto__":1,"__proto__":2}',
  ])('refuses %j: two readers could see different things (RFC 8259 §4)', (text) => {
    expect(() => parseJsonObject(text)).toThrow(expect.objectContaining({ code: 'invalid_json', status: 400 }))
  })

  it.each(['{"__proto__":{"x":1}}', '{"a":[{"b":{"__proto__":null}}]}', '{"\\u005f_proto__":1}'])(
    'refuses %s: merged into an object, it would be its prototype (X1)',
    (text) => {
      expect(() => parseJsonObject(text)).toThrow(expect.objectContaining({ code: 'invalid_json' }))
      expect(() => parseJsonObject(text)).toThrow('__proto__')
    },
  )

  it('reads long probes in linear time (X2)', () => {
    const text = JSON.stringify({ a: '\\"'.repeat(500_000), b: '"x":'.repeat(500_000) })
    expect(parseJsonObject(text)).toHaveProperty('b')
  })
})
