/** The guard of an application's own routes. */

import { assertEqual } from '../assert.ts'
import { adapterCase, assertAnswer, bearer, form, type AdapterContractCase } from './case.ts'
import { SECRET } from './fixtures.ts'

export const protectCases: readonly AdapterContractCase[] = [
  adapterCase('lets a valid token through, and the handler find it', {}, async (app) => {
    await assertAnswer(await app.fetch('/notes', bearer('ann:read')), 200, { subject: 'ann', body: '' }, '/notes')
    await assertAnswer(await app.fetch('/admin', bearer('bob:write')), 200, { subject: 'bob', body: '' }, '/admin')
  }),

  adapterCase('adds the headers of the protector to the response of the handler', {}, async (app) => {
    const response = await app.fetch('/notes', bearer('ann:read'))
    assertEqual(response.headers.get('dpop-nonce'), 'n1', 'the header')
    assertEqual(response.headers.get('access-control-expose-headers'), 'dpop-nonce', 'what scripts may read')
  }),

  adapterCase('asks for a token with every challenge and without an error code (RFC 6750 §3.1)', {}, async (app) => {
    const response = await app.fetch('/notes')
    const challenges = 'Bearer realm="contract", DPoP algs="ES256"'
    assertEqual(response.headers.get('www-authenticate'), challenges, 'the challenges')
    await assertAnswer(response, 401, {}, 'the answer')
  }),

  adapterCase('refuses an invalid token with 401 and a challenge (RFC 6750 §3.1)', {}, async (app) => {
    for (const token of ['ann', 'Zm9v']) {
      const response = await app.fetch('/notes', bearer(token))
      assertEqual(response.headers.get('www-authenticate')?.includes('error="invalid_token"'), true, 'the challenge')
      await assertAnswer(response, 401, { error: 'invalid_token' }, 'the answer')
    }
  }),

  adapterCase('refuses a token of too little scope with 403 and a challenge (RFC 6750 §3.1)', {}, async (app) => {
    const response = await app.fetch('/admin', bearer('ann:read'))
    assertEqual(response.headers.get('www-authenticate')?.includes('error="insufficient_scope"'), true, 'the challenge')
    await assertAnswer(response, 403, { error: 'insufficient_scope' }, 'the answer')
  }),

  adapterCase('answers a HEAD and a POST by the same rules', {}, async (app) => {
    assertEqual((await app.fetch('/notes', { method: 'POST' })).status, 401, 'a POST without a token')
    assertEqual((await app.fetch('/notes', { method: 'HEAD' })).status, 401, 'a HEAD without a token')
    const { headers } = bearer('ann:read')
    const response = await app.fetch('/notes', {
      ...form('a=1'),
      headers: { ...headers, 'content-type': 'text/plain' },
    })
    await assertAnswer(response, 200, { subject: 'ann', body: 'a=1' }, 'a POST whose body the handler reads')
  }),

  adapterCase('answers a HEAD with a token as a GET without its body', {}, async (app) => {
    const response = await app.fetch('/notes', { method: 'HEAD', ...bearer('ann:read') })
    assertEqual([response.status, await response.text()], [200, ''], 'the answer')
    assertEqual(response.headers.get('dpop-nonce'), 'n1', 'the header of the protector')
  }),

  ...['/', '/auth'].map((path) => {
    const prefix = path === '/' ? '' : path
    return adapterCase(`shows the protector the whole path${prefix && ', below a path'}`, { path }, async (app) => {
      const response = await app.fetch(`${prefix}/notes?a=1`, bearer('where:read'))
      await assertAnswer(response, 200, { subject: `${prefix}/notes`, body: '' }, 'the path')
      assertEqual((await app.fetch(`${prefix}/notes`)).status, 401, 'the status without a token')
    })
  }),

  adapterCase('leaves a body that the protector has read for the handler', {}, async (app) => {
    for (const body of ['Grüße', 'a'.repeat(60_000), '']) {
      const headers = { ...bearer('reader:read').headers, 'content-type': 'text/plain' }
      const response = await app.fetch('/notes', { method: 'POST', headers, body })
      await assertAnswer(response, 200, { subject: `read ${body}`, body }, `a body of ${body.length}`)
    }
  }),

  adapterCase('lets a protector read no more than 64 KiB', {}, async (app) => {
    const response = await app.fetch('/notes', { method: 'POST', ...bearer('reader:read'), body: 'a'.repeat(65_537) })
    assertEqual(response.status, 413, 'the status')
    assertEqual((await app.fetch('/notes', bearer('ann:read'))).status, 200, 'the status of the next request')
  }),

  adapterCase('answers a preflight, which never has a token, and shows challenges to scripts', {}, async (app) => {
    const origin = 'https://app.example'
    const headers = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'traceparent' }
    const preflight = await app.fetch('/notes', { method: 'OPTIONS', headers })
    assertEqual(preflight.status, 204, 'the status')
    assertEqual(preflight.headers.get('access-control-allow-origin'), '*', 'the origins')
    assertEqual(preflight.headers.get('access-control-allow-headers')?.includes('authorization'), true, 'the headers')
    const refusal = await app.fetch('/notes', { headers: { origin } })
    assertEqual(refusal.headers.get('access-control-allow-origin'), '*', 'the origins of a refusal')
    const exposed = refusal.headers.get('access-control-expose-headers') ?? ''
    assertEqual(exposed.toLowerCase().includes('www-authenticate'), true, 'what scripts may read of a refusal')
  }),

  adapterCase('shows a token to its own request only', {}, async (app) => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const [path, init] = n % 4 === 3 ? ['/open', {}] : ['/notes', bearer(`user${n}:read`)]
        const response = await app.fetch(path, init)
        return ((await response.json()) as { subject: unknown }).subject
      }),
    )
    answers.forEach((subject, n) => {
      assertEqual(subject, n % 4 === 3 ? null : `user${n}`, `request ${n}`)
    })
    await assertAnswer(await app.fetch('/open', bearer('ann:read')), 200, { subject: null, body: '' }, 'an open route')
  }),

  adapterCase('answers 500 when the protector breaks, and keeps its text to itself', {}, async (app) => {
    const response = await app.fetch('/notes', bearer('crash'))
    assertEqual(response.status, 500, 'the status')
    const answer = JSON.stringify([...response.headers]) + (await response.text())
    assertEqual([SECRET, '    at '].filter((text) => answer.includes(text)), [], 'what the answer tells') // prettier-ignore
    assertEqual((await app.fetch('/notes', bearer('ann:read'))).status, 200, 'the status of the next request')
    assertEqual(app.errors.map((error) => (error as Error).message === SECRET), [true], 'what onError hears') // prettier-ignore
  }),

  adapterCase('keeps what the application has set when it refuses', { decorated: true }, async (app) => {
    const response = await app.fetch('/notes')
    assertEqual(response.status, 401, 'the status')
    assertEqual(response.headers.get('x-application'), 'yes', 'the header of the application')
    assertEqual(response.headers.get('access-control-allow-origin'), 'https://app.example', 'its stricter CORS')
    assertEqual(response.headers.getSetCookie().length, 1, 'cookies')
  }),
]
