/** What the login registry needs of the `Adapter` object. */

import { assertEqual } from '../assert.ts'
import { adapterCase, assertAnswer, cookiesOf, form, type AdapterContractCase } from './case.ts'

const LAX = { cookie: 'lax=l1', path: '/', 'max-age': '600', samesite: 'lax', httponly: '' }
const NONE = { cookie: 'none=n1', path: '/', 'max-age': '600', samesite: 'none', httponly: '', secure: '' }

export const loginCases: readonly AdapterContractCase[] = [
  adapterCase('begins a login with cookies and a redirect in one answer', {}, async (app) => {
    const response = await app.fetch('/login?state=s%20t')
    assertEqual(response.status, 303, 'the status')
    const { origin, pathname, searchParams } = new URL(response.headers.get('location') ?? '')
    assertEqual(origin + pathname, 'https://provider.example/authorize', 'the location')
    assertEqual(searchParams.get('state'), 's t', 'the query of the location')
    assertEqual(cookiesOf(response), [LAX, NONE], 'the cookies')
    assertEqual(response.headers.get('cache-control'), 'no-store', 'the caching')
  }),

  adapterCase('adds the cookies of a login to those of the application', { decorated: true }, async (app) => {
    const response = await app.fetch('/login?a=1')
    const cookies = response.headers.getSetCookie()
    assertEqual(cookies.map((cookie) => cookie.split('=')[0]).sort(), ['before', 'lax', 'none'], 'the cookies') // prettier-ignore
    assertEqual(response.headers.get('x-application'), 'yes', 'the header of the application')
  }),

  ...[false, true].map((decorated) =>
    adapterCase(
      `keeps the cookies of a login when the handler answers by itself${decorated ? ', and what was set before' : ''}`,
      { decorated },
      async (app) => {
        const response = await app.fetch('/callback?code=1', { headers: { cookie: 'lax=l1; none=n1; lax=other' } })
        const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).sort() // prettier-ignore
        assertEqual(cookies, [...(decorated ? ['before=1'] : []), 'lax=', 'session=1', 'used=1'], 'the cookies')
        const result = { method: 'GET', params: [['code', '1']], lax: 'l1', none: 'n1' }
        await assertAnswer(response, 200, result, 'the result')
      },
    ),
  ),

  adapterCase('reads a callback by form_post', {}, async (app) => {
    const response = await app.fetch('/callback', form('code=a%2Bb&state=s'))
    const params = [['code', 'a+b'], ['state', 's']] // prettier-ignore
    await assertAnswer(response, 200, { method: 'POST', params }, 'the result')
  }),

  adapterCase('keeps a person signed in until the sign-out, and longer with each use', {}, async (app) => {
    const jar = new Map<string, string>()
    const step = async (session: string): Promise<unknown> => {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await app.fetch(`/callback?session=${session}`, { headers: { cookie } })
      for (const { cookie, 'max-age': maxAge } of cookiesOf(response)) {
        const [name = '', value = ''] = cookie!.split('=')
        if (maxAge === '0' || name === 'session') jar.delete(name)
        else jar.set(name, value)
      }
      return ((await response.json()) as { subject: unknown }).subject // the callback of the contract answers so
    }
    assertEqual(await step('who'), null, 'who is in before the sign-in')
    await step('in')
    assertEqual([...jar.keys()], ['person', 'person.1'], 'the cookies of a large session')
    assertEqual(await step('who'), 'alice', 'who is in')
    assertEqual(await step('later'), 'alice', 'who is in after a while')
    assertEqual(jar.has('person.seen'), true, 'the note of the use')
    assertEqual(await step('later'), 'alice', 'who is in because of the use')
    await step('out')
    assertEqual([...jar.keys()], [], 'the cookies after the sign-out')
    assertEqual(await step('who'), null, 'who is in after the sign-out')
  }),
]
