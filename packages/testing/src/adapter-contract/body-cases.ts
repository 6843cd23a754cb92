/** Bodies and headers that are large, broken, ambiguous or odd. */

import { assertEqual } from '../assert.ts'
import { adapterCase, assertAnswer, deviationCase, form, type AdapterContractCase, type Running } from './case.ts'

const LIMIT = 65_536
const CHUNKED = ['POST /body HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked', 'Connection: close', '']
const ENDLESS = [...CHUNKED, `8000\r\n${'a'.repeat(0x8000)}\r\n`.repeat(3)]
const ABANDONED = ['POST /aborted HTTP/1.1', 'Host: a', 'Content-Length: 100', '', 'only a part']
const REPEATED = [
  'GET /echo?header=authorization&header=dpop&header=content-type HTTP/1.1',
  'Host: a',
  'Authorization: Bearer one',
  'DPoP: p1',
  'Content-Type: text/plain',
  'AUTHORIZATION: Bearer two',
  'DPoP: p2',
  'Content-Type: application/json',
  'Connection: close',
  '\r\n',
]

export const bodyCases: readonly AdapterContractCase[] = [
  adapterCase('reads a form, with the charset named or not', {}, async (app) => {
    const expected = { params: [['a', '1 2'], ['b', 'ü'], ['resource', 'x'], ['resource', 'y']], repeated: [] } // prettier-ignore
    for (const parameter of ['', ';charset=utf-8', '; charset=UTF-8', '; charset="utf-8"']) {
      const type = `application/x-www-form-urlencoded${parameter}`
      const response = await app.fetch('/token', form('a=1+2&b=%C3%BC&resource=x&resource=y', type))
      await assertAnswer(response, 200, expected, type)
    }
  }),

  adapterCase('leaves other content types to the mountable, which refuses them', {}, async (app) => {
    const types = ['application/json', 'text/plain', 'multipart/form-data; boundary=a', 'application/x-www-form-urlencoded; charset=iso-8859-1'] // prettier-ignore
    for (const type of types) {
      const response = await app.fetch('/token', form('{"a":"1"}', type))
      assertEqual(response.status, 415, `the status for ${type}`)
      await response.text()
    }
  }),

  adapterCase('takes a body of 64 KiB and refuses a larger one with 413', {}, async (app) => {
    await assertAnswer(await app.fetch('/body', post('a'.repeat(LIMIT))), 200, { length: LIMIT }, 'the largest')
    for (const length of [LIMIT + 1, 10_000_000]) {
      const response = await app.fetch('/body', post('a'.repeat(length)))
      assertEqual([response.status, await error(response)], [413, 'payload_too_large'], `a body of ${length}`)
    }
    await assertAnswer(await app.fetch('/body', post('ä'.repeat(LIMIT / 2))), 200, { length: LIMIT / 2 }, 'bytes count')
    assertEqual((await app.fetch('/body', post('ä'.repeat(LIMIT / 2 + 1)))).status, 413, 'more bytes than characters')
    assertEqual(app.errors, [], 'what onError hears')
  }),

  adapterCase('refuses a body that does not say how large it is at the limit', {}, async (app) => {
    const chunk = `8000\r\n${'a'.repeat(0x8000)}\r\n`
    const whole = await app.send(...CHUNKED, `${chunk}${chunk}0\r\n\r\n`)
    assertEqual(whole.slice(0, 12), 'HTTP/1.1 200', 'two chunks')
    const larger = await app.send(...CHUNKED, `${chunk}${chunk}1\r\na\r\n0\r\n\r\n`)
    assertEqual(larger.slice(0, 12), 'HTTP/1.1 413', 'one byte more')
  }),

  deviationCase(
    'buffersBodies',
    'refuses a body over the limit before it has ended',
    {},
    async (app) => {
      const answer = await app.send(...ENDLESS)
      assertEqual(answer.slice(0, 12), 'HTTP/1.1 413', 'the answer')
    },
    async (app) => {
      const { early, whole } = await app.sendSlowly(ENDLESS, '0\r\n\r\n')
      assertEqual(early, '', 'what is answered before the body has ended')
      assertEqual(whole.slice(0, 12), 'HTTP/1.1 413', 'the answer')
    },
  ),

  adapterCase('refuses a body that is not UTF-8', {}, async (app) => {
    const response = await app.fetch('/body', { method: 'POST', body: new Uint8Array([0x61, 0xc3, 0x28]) })
    assertEqual([response.status, await error(response)], [400, 'invalid_encoding'], 'the answer')
  }),

  adapterCase('keeps characters whole that arrive in two pieces', {}, async (app) => {
    const headers = ['POST /echo HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked', 'Connection: close', '']
    const answer = await app.send(...headers, '2', 'a\xc3', '1', '\xa4', '0', '\r\n')
    assertEqual(answer.includes('"a\xc3\xa4"'), true, 'the text')
  }),

  deviationCase(
    'buffersBodies',
    'survives a client that leaves in the middle of a body',
    {},
    async (app) => {
      await app.abandon(...ABANDONED)
      assertEqual((await app.aborted()) instanceof Error, true, 'the text of the body fails')
      await stillWorks(app)
    },
    async (app) => {
      await app.abandon(...ABANDONED)
      await stillWorks(app)
    },
  ),

  deviationCase(
    'firstHeaderOnly',
    'joins a repeated header, so that an ambiguous request stays visible',
    {},
    async (app) => {
      const answer = await app.send(...REPEATED)
      assertEqual(answer.includes('["Bearer one, Bearer two","p1, p2","text/plain, application/json"]'), true, answer)
    },
    async (app) => {
      const answer = await app.send(...REPEATED)
      assertEqual(answer.includes('["Bearer one","p1, p2","text/plain"]'), true, answer)
    },
  ),

  adapterCase('finds headers by any case of their name, and nothing that was not sent', {}, async (app) => {
    const names = ['X-OdD', 'x-odd', 'x-empty', 'x-absent', '__proto__', 'constructor', 'toString']
    const path = `/echo?${names.map((name) => `header=${name}`).join('&')}`
    const response = await app.fetch(path, { headers: { 'x-odd': ' a, "b" ', 'x-empty': '' } })
    const { headers } = (await response.json()) as { headers: unknown }
    assertEqual(headers, ['a, "b"', 'a, "b"', '', null, null, null, null], 'the values')
  }),

  adapterCase('hands over a header that is named like a member of every object', {}, async (app) => {
    const response = await app.fetch('/echo?header=constructor&header=valueof', { headers: { constructor: 'mine' } })
    assertEqual(((await response.json()) as { headers: unknown }).headers, ['mine', null], 'the values')
  }),

  adapterCase('hands over a header of 8 kB and many cookies', {}, async (app) => {
    const cookie = Array.from({ length: 300 }, (_, n) => `c${n}=v`).join('; ')
    const response = await app.fetch('/echo?header=x-long&header=cookie', {
      headers: { 'x-long': 'a'.repeat(8192), cookie },
    })
    assertEqual(((await response.json()) as { headers: unknown }).headers, ['a'.repeat(8192), cookie], 'the values')
  }),
]

function post(body: string): RequestInit {
  return { method: 'POST', body }
}

async function error(response: Response): Promise<unknown> {
  return ((await response.json()) as { error: unknown }).error
}

async function stillWorks(app: Running): Promise<void> {
  assertEqual((await app.fetch('/page')).status, 200, 'the status of the next request')
}
