import { describe, expect, it } from 'vitest'
import { parsedBody } from './parsed-body.ts'

const FORM = 'application/x-www-form-urlencoded; charset=utf-8'

describe('parsedBody', () => {
  it.each([
    ['a string', 'a=%C3%BC&a=1', FORM, 'a=%C3%BC&a=1'],
    ['bytes', Buffer.from('ü'), undefined, 'ü'],
    ['an ArrayBuffer', new Uint8Array([97]).buffer, null, 'a'],
    ['search parameters', new URLSearchParams('a=1&a=2'), FORM, 'a=1&a=2'],
    ['an object of a form', { a: '1 2', b: ['x', 'y'] }, FORM, 'a=1%202&b=x&b=y'],
    ['a form without a prototype', Object.assign(Object.create(null), { a: '1' }), FORM, 'a=1'],
    ['an object of JSON', { a: [1] }, 'application/json', '{"a":[1]}'],
    ['an empty string', '', FORM, ''],
  ])('writes %s again', (_case, body, type, text) => {
    expect(parsedBody(body, type)).toBe(text)
  })

  it.each([{ a: { b: '1' } }, { a: ['1'] }, { a: [['1', '2']] }, { a: 1 }])('refuses a nested form: %j', (body) => {
    expect(() => parsedBody(body, FORM)).toThrow(expect.objectContaining({ code: 'invalid_request', status: 400 }))
  })

  it('refuses bytes that are not UTF-8', () => {
    expect(() => parsedBody(Buffer.from([0xff]), FORM)).toThrow(expect.objectContaining({ code: 'invalid_encoding' }))
  })

  it.each([undefined, null, 1, true])('says that nothing was kept: %s', (body) => {
    expect(() => parsedBody(body, FORM)).toThrow(expect.objectContaining({ code: 'body_used', status: 500 }))
  })
})
