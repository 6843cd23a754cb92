/** The endpoints of a server, mounted. */

import type { Placement } from '@authlib/oauth1'
import { assertEqual } from '../assert.ts'
import { CALLBACK } from './application.ts'
import { approve, assertRefusal, oauth1Case, readCredentials, type OAuth1ContractCase } from './case.ts'

const PLACEMENTS: readonly Placement[] = ['header', 'query', 'body']

export const serverCases: readonly OAuth1ContractCase[] = [
  ...PLACEMENTS.map((placement) =>
    oauth1Case(`issues credentials for parameters in the ${placement} (RFC 5849 §3.5)`, {}, async (app) => {
      const post = { method: 'POST', form: 'purpose=a+b%26c', placement }
      const response = await app.signed('/oauth1/initiate', { ...post, params: { oauth_callback: CALLBACK } })
      assertEqual(response.headers.get('content-type'), 'application/x-www-form-urlencoded', 'the content type')
      assertEqual(response.headers.get('cache-control'), 'no-store', 'the caching')
      const temporary = await readCredentials(response)
      const params = { oauth_verifier: await approve(app.server, temporary.token) }
      const token = await readCredentials(await app.signed('/oauth1/token', { ...post, token: temporary, params }))
      assertEqual((await app.signed('/notes', { token })).status, 200, 'the status of a request with the token')
      const again = await app.signed('/oauth1/token', { ...post, token: temporary, params })
      await assertRefusal(again, 401, 'invalid_token', 'a second exchange')
    }),
  ),

  oauth1Case('answers below the path of the mount', { path: '/auth' }, async (app) => {
    const response = await app.signed('/auth/oauth1/initiate', {
      method: 'POST',
      params: { oauth_callback: CALLBACK },
    })
    await readCredentials(response)
  }),

  oauth1Case('refuses credentials to an unknown client and a wrong secret with a challenge', {}, async (app) => {
    const post = { method: 'POST', params: { oauth_callback: CALLBACK } }
    const unknown = await app.signed('/oauth1/initiate', { ...post, clientId: 'nobody' })
    await assertRefusal(unknown, 401, 'invalid_client', 'an unknown client')
    const wrong = await app.signed('/oauth1/initiate', { ...post, clientSecret: 'another' })
    await assertRefusal(wrong, 401, 'invalid_signature', 'a wrong secret')
  }),

  oauth1Case('gives credentials to POST requests only', {}, async (app) => {
    for (const path of ['/oauth1/initiate', '/oauth1/token']) {
      const response = await app.signed(path, { params: { oauth_callback: CALLBACK } })
      assertEqual(response.status, 405, `the status of a GET of ${path}`)
      assertEqual(response.headers.get('allow'), 'POST', `what ${path} allows`)
    }
  }),

  oauth1Case('shows a page to a browser whose request is unknown', {}, async (app) => {
    const response = await app.fetch('/oauth1/authorize?oauth_token=unknown')
    assertEqual(response.status, 400, 'the status')
    assertEqual(response.headers.get('content-type')?.startsWith('text/html'), true, 'the content type')
  }),
]
