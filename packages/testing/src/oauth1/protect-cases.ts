/** Routes of the application behind a protector, which reads forms to verify the signature. */

import { bodyHash, hmacSha1, hmacSha256, type Placement } from '@authlib/oauth1'
import { assertEqual } from '../assert.ts'
import { assertRefusal, oauth1Case, type OAuth1ContractCase } from './case.ts'

const PLACEMENTS: readonly Placement[] = ['header', 'query', 'body']
const FORM = 'title=Gr%C3%BC%C3%9Fe&photo=a+b&photo=c%26d&empty='

export const protectCases: readonly OAuth1ContractCase[] = [
  ...PLACEMENTS.map((placement) =>
    oauth1Case(
      `lets a form through that is signed in the ${placement}, and leaves it for the handler`,
      {},
      async (app) => {
        const token = await app.obtainToken()
        const message = await app.sign('/notes', { method: 'POST', form: FORM, token, placement })
        const response = await app.fetch(message.path, message.init)
        assertEqual(await response.json(), { subject: 'ann', body: message.init.body }, 'what the handler finds')
      },
    ),
  ),

  oauth1Case('leaves a long form and an empty one for the handler', {}, async (app) => {
    const token = await app.obtainToken()
    for (const form of [`text=${'a'.repeat(60_000)}`, '']) {
      const response = await app.signed('/notes', { method: 'POST', form, token })
      assertEqual(await response.json(), { subject: 'ann', body: form }, `a form of ${form.length} characters`)
    }
  }),

  oauth1Case('reads the query as it was sent (RFC 5849 §3.4.1.3)', {}, async (app) => {
    const token = await app.obtainToken()
    for (const query of ['a=1+2&b=%7E&a=0', 'empty&empty=', 'c%2Fd=e%26f%3Dg&%C3%BC=%E2%82%AC', 'z=%2520&A=1&a=1']) {
      assertEqual((await app.signed(`/notes?${query}`, { token })).status, 200, `the status for ${query}`)
    }
  }),

  oauth1Case('leaves a body of another type for the handler, with and without its hash', {}, async (app) => {
    const token = await app.obtainToken()
    const body = 'Grüße, 世界'
    const post = { method: 'POST', contentType: 'text/plain', body, token, signatureMethod: hmacSha256 }
    const expected = { subject: 'ann', body }
    assertEqual(await (await app.signed('/notes', post)).json(), expected, 'without a hash')
    const hash = await bodyHash(body, hmacSha256)
    const covered = await app.signed('/notes', { ...post, params: { oauth_body_hash: hash } })
    assertEqual(await covered.json(), expected, 'with a hash')
    const other = await app.signed('/notes', { ...post, body: 'other', params: { oauth_body_hash: hash } })
    await assertRefusal(other, 401, 'invalid_signature', 'another body')
  }),

  oauth1Case('refuses a request whose form, query, path or method was changed', {}, async (app) => {
    const token = await app.obtainToken()
    const sign = () => app.sign('/notes?a=1', { method: 'POST', form: FORM, token })
    const changes: Record<string, (message: Awaited<ReturnType<typeof sign>>) => Promise<Response>> = {
      form: ({ path, init }) => app.fetch(path, { ...init, body: `${FORM}&b=1` }),
      query: ({ init }) => app.fetch('/notes?a=2', init),
      path: ({ init }) => app.fetch('/admin?a=1', init),
      method: ({ path, init }) => app.fetch(path, { ...init, method: 'PUT' }),
    }
    for (const [what, send] of Object.entries(changes)) {
      await assertRefusal(await send(await sign()), 401, 'invalid_signature', `another ${what}`)
    }
  }),

  oauth1Case('takes a request once, also when it arrives many times at once (RFC 5849 §3.3)', {}, async (app) => {
    const { path, init } = await app.sign('/notes', { method: 'POST', form: FORM, token: await app.obtainToken() })
    const responses = await Promise.all(Array.from({ length: 12 }, () => app.fetch(path, init)))
    const statuses = responses.map(({ status }) => status).sort((a, b) => a - b)
    assertEqual(statuses, [200, ...Array.from({ length: 11 }, () => 401)], 'the statuses')
    await assertRefusal(await app.fetch(path, init), 401, 'invalid_nonce', 'once more')
  }),

  oauth1Case('asks for a signature with a challenge, and refuses an unknown token', {}, async (app) => {
    const token = { token: 'unknown', tokenSecret: 'unknown' }
    await assertRefusal(await app.signed('/notes', { token }), 401, 'invalid_token', 'an unknown token')
    const unsigned = await app.fetch('/notes')
    assertEqual(unsigned.status, 400, 'the status of a request without parameters (RFC 5849 §3.2)')
  }),

  oauth1Case('refuses a token without the realm with 403', {}, async (app) => {
    const token = await app.obtainToken(['read'])
    assertEqual((await app.signed('/notes', { token })).status, 200, 'the status for the realm that was granted')
    await assertRefusal(await app.signed('/admin', { token }), 403, 'insufficient_scope', 'another realm')
  }),

  oauth1Case('verifies with the configured origin, whatever the headers of the request say', {}, async (app) => {
    const token = await app.obtainToken()
    const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', forwarded: 'host=evil.example' }
    assertEqual((await app.signed('/notes', { token, headers })).status, 200, 'the status')
  }),

  oauth1Case('refuses a malformed header and parameters in two places with 400', {}, async (app) => {
    const token = await app.obtainToken()
    const malformed = await app.fetch('/notes', { headers: { authorization: 'OAuth oauth_token' } })
    await assertRefusal(malformed, 400, 'invalid_request', 'a malformed header')
    const { path, init } = await app.sign('/notes', { token })
    const twice = await app.fetch(`${path}?oauth_token=${encodeURIComponent(token.token)}`, init)
    await assertRefusal(twice, 400, 'duplicated_oauth_protocol_parameter', 'a parameter in two places')
  }),

  oauth1Case('shows a token to its own request only', {}, async (app) => {
    const token = await app.obtainToken()
    const requests = Array.from({ length: 12 }, async (_, n) => {
      const response = n % 3 === 0 ? await app.fetch('/open') : await app.signed('/notes', { token, signatureMethod: hmacSha1 }) // prettier-ignore
      return ((await response.json()) as { subject: unknown }).subject
    })
    const expected = requests.map((_, n) => (n % 3 === 0 ? null : 'ann'))
    assertEqual(await Promise.all(requests), expected, 'the subjects')
  }),
]
