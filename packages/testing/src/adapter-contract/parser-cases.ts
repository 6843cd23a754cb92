/** Body parsers that stand before the adapter: what they have made of a body must read as if they were not there. */

import { assertEqual } from '../assert.ts'
import type { BodyParser } from './application.ts'
import { adapterCase, assertAnswer, bearer, form, type AdapterContractCase } from './case.ts'

/** The cases for one parser. */
export function parserCases(parser: BodyParser): readonly AdapterContractCase[] {
  const cases = [
    after(parser, 'reads a form', async (app) => {
      const response = await app.fetch('/token', form('a=1+2&b=%C3%BC%26%3D%2B&resource=x&resource=y&empty='))
      const params = [['a', '1 2'], ['b', 'ü&=+'], ['resource', 'x'], ['resource', 'y']] // prettier-ignore
      await assertAnswer(response, 200, { params, repeated: [] }, 'the form')
    }),

    adapterCase(`reads a form below a path, after a parser to ${parser}`, { parser, path: '/auth' }, async (app) => {
      const response = await app.fetch('/auth/token', form('a=1+2&b=%C3%BC'))
      await assertAnswer(response, 200, { params: [['a', '1 2'], ['b', 'ü']], repeated: [] }, 'the form') // prettier-ignore
      const headers = { ...bearer('reader:read').headers, 'content-type': 'application/x-www-form-urlencoded' }
      const guarded = await app.fetch('/auth/notes', { method: 'POST', headers, body: 'a=1' })
      assertEqual(((await guarded.json()) as { subject: unknown }).subject, 'read a=1', 'what the protector reads')
    }),

    after(parser, 'notices a repeated parameter', async (app) => {
      const response = await app.fetch('/token', form('a=1&a=2'))
      assertEqual(((await response.json()) as { repeated: unknown }).repeated, ['a'], 'repeated')
    }),

    after(parser, 'keeps names that every object has', async (app) => {
      const response = await app.fetch('/token', form('toString=1&hasOwnProperty=2'))
      const { params } = (await response.json()) as { params: [string, string][] }
      const known = params.filter(([name, value]) => (name === 'toString' ? value === '1' : name === 'hasOwnProperty' && value === '2')) // prettier-ignore
      assertEqual(params, known, 'nothing but what was sent')
    }),

    after(parser, 'reads a body again after the first time', async (app) => {
      const response = await app.fetch('/echo', form('a=%C3%BC'))
      const { text, again } = (await response.json()) as Record<string, unknown>
      assertEqual([text, again], ['a=%C3%BC', 'a=%C3%BC'], 'both times')
    }),

    after(parser, 'reads an empty form, and no body at all', async (app) => {
      await assertAnswer(await app.fetch('/token', form('')), 200, { params: [], repeated: [] }, 'the form')
      await assertAnswer(await app.fetch('/body', { method: 'POST' }), 200, { length: 0 }, 'the body')
      assertEqual((await app.fetch('/page')).status, 200, 'the status of a GET')
    }),

    after(parser, 'reads the JSON of a registration', async (app) => {
      const response = await app.fetch(
        '/echo',
        form('{"redirect_uris":["https://a.example/cb"],"n":1}', 'application/json'),
      )
      const { text } = (await response.json()) as { text: string }
      assertEqual(JSON.parse(text), { redirect_uris: ['https://a.example/cb'], n: 1 }, 'the JSON')
    }),

    after(parser, 'refuses a body over 64 KiB', async (app) => {
      const response = await app.fetch('/body', form(`a=${'b'.repeat(65_535)}`))
      assertEqual(response.status, 413, 'the status')
    }),

    after(parser, 'leaves other paths to the application', async (app) => {
      assertEqual((await app.fetch('/open', form('a=1'))).status, 200, 'the status')
    }),

    after(parser, 'lets a protected handler read the body', async (app) => {
      const headers = { ...bearer('ann:read').headers, 'content-type': 'application/x-www-form-urlencoded' }
      const response = await app.fetch('/notes', { method: 'POST', headers, body: 'a=1' })
      assertEqual(((await response.json()) as { subject: unknown }).subject, 'ann', 'the subject')
    }),

    after(parser, 'lets a protector read the body', async (app) => {
      const headers = { ...bearer('reader:read').headers, 'content-type': 'application/x-www-form-urlencoded' }
      const response = await app.fetch('/notes', { method: 'POST', headers, body: 'a=1' })
      assertEqual(((await response.json()) as { subject: unknown }).subject, 'read a=1', 'the subject')
    }),

    after(parser, 'ends a login by form_post', async (app) => {
      const response = await app.fetch('/callback', form('code=1&state=s'))
      const params = [['code', '1'], ['state', 's']] // prettier-ignore
      await assertAnswer(response, 200, { method: 'POST', params }, 'the result')
    }),
  ]
  return parser === 'nested form' ? [...cases, ...nestedCases] : cases
}

const nestedCases: readonly AdapterContractCase[] = [
  after('nested form', 'refuses parameters that it has nested', async (app) => {
    for (const body of [
      'client_id[a]=1',
      'client_id[]=1',
      'client_id[][a]=1',
      'a=1&client_id[0]=1',
      'resource[0][0]=1',
    ]) {
      const response = await app.fetch('/token', form(body))
      assertEqual(response.status, 400, `the status of ${body}`)
      assertEqual(((await response.json()) as { error: unknown }).error, 'invalid_request', `the error of ${body}`)
    }
  }),
]

function after(parser: BodyParser, name: string, body: Parameters<typeof adapterCase>[2]): AdapterContractCase {
  return adapterCase(`${name}, after a parser to ${parser}`, { parser }, body)
}
