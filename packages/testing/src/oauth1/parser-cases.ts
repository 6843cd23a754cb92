/** Body parsers that stand before the adapter: a signature over a form holds whatever they have made of it. */

import { bodyHash, hmacSha1 } from '@authlib/oauth1'
import type { BodyParser } from '../adapter-contract/application.ts'
import { assertEqual } from '../assert.ts'
import { CALLBACK } from './application.ts'
import { assertRefusal, oauth1Case, readCredentials, type OAuth1ContractCase } from './case.ts'

/** The cases for one parser. */
export function parserCases(parser: BodyParser): readonly OAuth1ContractCase[] {
  const cases = [
    oauth1Case(`verifies a signed form, after a parser to ${parser}`, { parser }, async (app) => {
      const token = await app.obtainToken()
      for (const form of ['title=Gr%C3%BC%C3%9Fe&photo=a+b&photo=c%26d&empty=', '', 'a=%2B&a=%20&toString=1']) {
        const response = await app.signed('/notes', { method: 'POST', form, token })
        assertEqual(response.status, 200, `the status for ${form} (${await response.text()})`)
      }
    }),

    oauth1Case(
      `issues credentials for parameters in the form, after a parser to ${parser}`,
      { parser },
      async (app) => {
        const params = { oauth_callback: CALLBACK }
        const post = { method: 'POST', form: 'purpose=a+b', placement: 'body', params } as const
        await readCredentials(await app.signed('/oauth1/initiate', post))
      },
    ),

    oauth1Case(`verifies the hash of a body, after a parser to ${parser}`, { parser }, async (app) => {
      const token = await app.obtainToken()
      const body = '{"title":"Grüße"}'
      const params = { oauth_body_hash: await bodyHash(body, hmacSha1) }
      const post = { method: 'POST', contentType: 'application/json', token, params }
      assertEqual((await app.signed('/notes', { ...post, body })).status, 200, 'the status')
      const other = await app.signed('/notes', { ...post, body: '{"title":"Other"}' })
      await assertRefusal(other, 401, 'invalid_signature', 'another body')
    }),
  ]
  return parser === 'nested form' ? [...cases, nestedCase] : cases
}

const nestedCase = oauth1Case(
  'refuses a signed form that a parser has nested',
  { parser: 'nested form' },
  async (app) => {
    const token = await app.obtainToken()
    const response = await app.signed('/notes', { method: 'POST', form: 'photo%5Ba%5D=1', token })
    await assertRefusal(response, 400, 'invalid_request', 'a nested parameter')
  },
)
