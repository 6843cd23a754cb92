/** Which requests reach a mountable, how, and what becomes of its answers. */

import { assertEqual } from '../assert.ts'
import { adapterCase, assertAnswer, deviationCase, form, type AdapterContractCase, type Running } from './case.ts'
import { SECRET } from './fixtures.ts'

export const mountCases: readonly AdapterContractCase[] = [
  ...casesAt('/', ''),
  ...casesAt('/auth', ', mounted below a path'),

  adapterCase('tells nothing of Host and X-Forwarded-*: only path and query are read', {}, async (app) => {
    const answer = await app.send(
      'GET /echo?a=1 HTTP/1.1',
      'Host: evil.example',
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Prefix: /admin',
      'X-Forwarded-Proto: https',
      'X-Original-URL: /token',
      'X-Rewrite-URL: /token',
      'X-HTTP-Method-Override: DELETE',
      'Connection: close',
      '\r\n',
    )
    assertEqual(status(answer), 200, 'the status')
    const { method, path, query } = JSON.parse(bodyOf(answer)) as Record<string, unknown>
    assertEqual({ method, path, query }, { method: 'GET', path: '/echo', query: 'a=1' }, 'the request')
    assertEqual(answer.includes('evil.example'), false, 'the answer names the host')
  }),

  deviationCase(
    'refusesAbsoluteTargets',
    'takes the path of a target in absolute form, and not its host',
    { path: '/auth' },
    async (app) => {
      assertEqual(status(await app.send(...ABSOLUTE)), 200, 'the status')
    },
    async (app) => {
      assertEqual([308, 400, 404].includes(status(await app.send(...ABSOLUTE))), true, 'whether it is refused')
    },
  ),

  deviationCase(
    'refusesPipelining',
    'answers pipelined requests in their order',
    {},
    async (app) => {
      const answer = await app.send(...PIPELINED)
      assertEqual(answer.split('HTTP/1.1 200').length, 3, 'answers')
      assertEqual(answer.indexOf('first') < answer.indexOf('<p>'), true, 'the first answer comes first')
    },
    async (app) => {
      const answer = await app.send(...PIPELINED)
      assertEqual(answer.split('HTTP/1.1 200').length < 3, true, 'not every request is answered')
      assertEqual((await app.fetch('/page')).status, 200, 'the status of the next request')
    },
  ),

  adapterCase('keeps requests that run at once apart', {}, async (app) => {
    const texts = Array.from({ length: 50 }, (_, n) => `body ${n}`)
    const answers = await Promise.all(
      texts.map(async (body, n) => {
        const response = await app.fetch(`/echo?header=x-number&n=${n}`, { method: 'POST', headers: { 'x-number': `${n}` }, body }) // prettier-ignore
        return (await response.json()) as Record<string, unknown>
      }),
    )
    answers.forEach(({ text, headers, query }, n) => {
      assertEqual({ text, headers }, { text: `body ${n}`, headers: [`${n}`] }, `request ${n}`)
      assertEqual(query, `header=x-number&n=${n}`, `the query of request ${n}`)
    })
  }),

  adapterCase('keeps what the application has set, and adds its cookies to it', { decorated: true }, async (app) => {
    const response = await app.fetch('/cookies')
    assertEqual(response.headers.get('x-application'), 'yes', 'the header of the application')
    const preflight = await app.fetch('/token', { method: 'OPTIONS' })
    assertEqual(preflight.headers.get('access-control-allow-origin'), 'https://app.example', 'its stricter CORS')
    assertEqual(cookieNames(response), ['a', 'b', 'before'], 'the cookies')
    await assertAnswer(await app.fetch('/token', form('a=1')), 200, { params: [['a', '1']], repeated: [] }, 'a form')
  }),
]

const ABSOLUTE = ['GET http://evil.example/auth/page HTTP/1.1', 'Host: a', 'Connection: close', '\r\n']

const PIPELINED = [
  'GET /echo?n=first HTTP/1.1',
  'Host: a',
  '',
  'GET /page HTTP/1.1',
  'Host: a',
  'Connection: close',
  '\r\n',
]

const QUERY = 'a=%2F+b&a=2&c=%E4%B8%96&=&d'

const ODD_TARGETS = [
  'http://a;/page',
  'http://user@a/page',
  'http:///page',
  'http:/page',
  'http://a%2f/page',
  'http://a?/page',
  'http://a\\/page',
  'foo://x/page',
  '/page#',
  '/page#/open',
  'http://a/page#',
  'http://a#/page',
]

async function oddTargetsThatFind(app: Running, path: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const target of ODD_TARGETS) {
    const line = `GET ${target.replace('/page', path)} HTTP/1.1`
    const answer = await app.send(line, 'Host: a', 'Connection: close', '\r\n')
    if (answer.includes('<p>')) found.push(target)
  }
  return found
}

async function queryOf(response: Response): Promise<unknown> {
  return ((await response.json()) as { query: unknown }).query
}

function casesAt(path: string, where: string): readonly AdapterContractCase[] {
  const prefix = path === '/' ? '' : path
  const options = { path }
  return [
    adapterCase(`answers a GET with status, headers and body${where}`, options, async (app) => {
      const response = await app.fetch(`${prefix}/page`)
      assertEqual(response.status, 200, 'the status')
      assertEqual(response.headers.get('content-type')?.toLowerCase(), 'text/html; charset=utf-8', 'the content type')
      assertEqual(await response.text(), '<p>Grüße, 世界</p>', 'the body')
    }),

    adapterCase(`answers a HEAD as a GET without its body${where}`, options, async (app) => {
      const response = await app.fetch(`${prefix}/page`, { method: 'HEAD' })
      assertEqual(response.status, 200, 'the status')
      assertEqual(response.headers.get('content-type')?.toLowerCase(), 'text/html; charset=utf-8', 'the content type')
      assertEqual(await response.text(), '', 'the body')
    }),

    adapterCase(`hands over method, path, query and body as they were sent${where}`, options, async (app) => {
      const response = await app.fetch(`${prefix}/echo?${QUERY}`, { method: 'POST', body: 'Grüße=%E4&x=+ ' })
      const { query, ...request } = (await response.json()) as Record<string, string>
      const body = 'Grüße=%E4&x=+ '
      const expected = { method: 'POST', path: `${prefix}/echo`, headers: [], text: body, again: body }
      assertEqual(request, expected, 'the echo')
      const params = new URLSearchParams(query)
      assertEqual([params.getAll('a'), params.get('c')], [['/ b', '2'], '世'], 'the parameters of the query')
    }),

    deviationCase(
      'rewritesQuery',
      `hands over the query byte for byte${where}`,
      options,
      async (app) => {
        assertEqual(await queryOf(await app.fetch(`${prefix}/echo?${QUERY}`)), QUERY, 'the query')
      },
      async (app) => {
        const query = await queryOf(await app.fetch(`${prefix}/echo?${QUERY}`))
        assertEqual(query !== QUERY, true, 'the query is another')
      },
    ),

    adapterCase(`hands over OPTIONS${where}`, options, async (app) => {
      const response = await app.fetch(`${prefix}/token`, { method: 'OPTIONS' })
      assertEqual(response.status, 204, 'the status')
      assertEqual(response.headers.get('access-control-allow-origin'), '*', 'the header')
    }),

    adapterCase(`leaves 405 to the mountable${where}`, options, async (app) => {
      for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD']) {
        const response = await app.fetch(`${prefix}/token`, { method })
        assertEqual(response.status, 405, `the status for ${method}`)
        assertEqual(response.headers.get('allow'), 'POST, OPTIONS', `what ${method} is told`)
      }
    }),

    deviationCase(
      'fillsRedirects',
      `redirects with every cookie of the answer${where}`,
      options,
      (app) => redirects(app, `${prefix}/cookies`, ''),
      (app) => redirects(app, `${prefix}/cookies`, 'https://client.example/cb?code=1'),
    ),

    adapterCase(`answers 204 without a body or its length${where}`, options, async (app) => {
      const response = await app.fetch(`${prefix}/empty`)
      assertEqual(response.status, 204, 'the status')
      assertEqual(response.headers.has('content-length'), false, 'a length')
    }),

    adapterCase(`leaves other paths to the application, their bodies unread${where}`, options, async (app) => {
      await assertAnswer(await app.fetch(`${prefix}/open`), 200, { subject: null, body: '' }, 'a GET')
      const post = await app.fetch(`${prefix}/open`, form('a=1'))
      await assertAnswer(post, 200, { subject: null, body: 'a=1' }, 'a POST')
    }),

    adapterCase(`compares paths exactly${where}`, options, async (app) => {
      for (const near of ['/page/', '/PAGE', '/p%61ge', '/page%00', '/page;a=1', '/page/x', '/%70age', '/pages']) {
        // not by fetch: that of Bun tidies paths up
        const answer = await app.send(`GET ${prefix}${near} HTTP/1.1`, 'Host: a', 'Connection: close', '\r\n')
        assertEqual(status(answer), 404, `the status of ${near}`)
      }
    }),

    deviationCase(
      'mergesSlashes',
      `takes no two slashes for one${where}`,
      options,
      async (app) => {
        const answer = await app.send(`GET ${prefix}//page HTTP/1.1`, 'Host: a', 'Connection: close', '\r\n')
        assertEqual(status(answer), 404, 'the status')
      },
      async (app) => {
        const answer = await app.send(`GET ${prefix}//page HTTP/1.1`, 'Host: a', 'Connection: close', '\r\n')
        assertEqual([200, 301, 302, 307, 308].includes(status(answer)), true, `the status ${status(answer)}`)
      },
    ),

    deviationCase(
      'normalizesTargets',
      `matches no route for a target that parsers read differently${where}`,
      options,
      async (app) => {
        assertEqual(await oddTargetsThatFind(app, `${prefix}/page`), [], 'the targets that find the page')
        assertEqual((await app.fetch(`${prefix}/page`)).status, 200, 'the status of the next request')
      },
      async (app) => {
        const found = await oddTargetsThatFind(app, `${prefix}/page`)
        assertEqual(found.length > 0, true, 'whether an odd target finds the page')
      },
    ),

    adapterCase(
      `answers 500 to what a mountable throws, and keeps its text to itself${where}`,
      options,
      async (app) => {
        for (const path of ['/throws', '/rejects', '/impossible']) {
          const response = await app.fetch(prefix + path)
          assertEqual(response.status, 500, `the status of ${path}`)
          const answer = JSON.stringify([...response.headers]) + (await response.text())
          assertEqual(
            [SECRET, '    at ', 'injected'].filter((text) => answer.includes(text)),
            [],
            `what ${path} tells`,
          )
        }
        assertEqual((await app.fetch(`${prefix}/page`)).status, 200, 'the status of the next request')
        assertEqual(
          app.errors.map((error) => (error as Error).message === SECRET),
          [true, true, false],
          'what onError hears',
        )
      },
    ),
  ]
}

async function redirects(app: Running, path: string, body: string): Promise<void> {
  const response = await app.fetch(path)
  assertEqual(response.status, 303, 'the status')
  assertEqual(response.headers.get('location'), 'https://client.example/cb?code=1', 'the location')
  assertEqual(cookieNames(response), ['a', 'b'], 'the cookies')
  assertEqual(await response.text(), body, 'the body')
}

function cookieNames(response: Response): string[] {
  return response.headers.getSetCookie().map((cookie) => cookie.split('=')[0]!).sort() // prettier-ignore
}

function status(answer: string): number {
  return Number(answer.split(' ')[1])
}

function bodyOf(answer: string): string {
  return answer.slice(answer.indexOf('\r\n\r\n') + 4).replace(/^[0-9a-f]+\r\n|\r\n0\r\n\r\n$/g, '')
}
