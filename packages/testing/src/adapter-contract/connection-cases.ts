/** Requests that share a connection, or leave it: each is answered once. */

import { assertEqual } from '../assert.ts'
import { adapterCase, deviationCase, type AdapterContractCase, type Running } from './case.ts'

const TOKEN = 'Authorization: Bearer ann:read'

export const connectionCases: readonly AdapterContractCase[] = [
  ...['/', '/auth'].map((path) =>
    deviationCase(
      'refusesPipelining',
      `answers every request of a connection once and in order${path === '/' ? '' : ', mounted below a path'}`,
      { path },
      async (app) => {
        const answer = await pipelined(app, path === '/' ? '' : path)
        assertEqual(statusesOf(answer), EXPECTED, 'the statuses')
        assertEqual(answer.split('<p>').length - 1, 1, 'pages: a HEAD has none')
      },
      async (app) => {
        const answer = await pipelined(app, path === '/' ? '' : path)
        assertEqual(statusesOf(answer).length < EXPECTED.length, true, 'not every request is answered')
      },
    ),
  ),

  adapterCase('survives clients that leave before they are answered', {}, async (app) => {
    for (let n = 0; n < 5; n++) {
      await app.abandon('GET /echo HTTP/1.1', 'Host: a', '\r\n')
      await app.abandon('GET /notes HTTP/1.1', 'Host: a', TOKEN, '\r\n')
      await app.abandon('GET /notes HTTP/1.1', 'Host: a', '\r\n')
      await app.abandon('GET /login?a=1 HTTP/1.1', 'Host: a', '\r\n')
      await app.abandon(
        'POST /notes HTTP/1.1',
        'Host: a',
        'Authorization: Bearer reader:read',
        'Content-Length: 9',
        '',
        'a',
      )
    }
    assertEqual((await app.fetch('/page')).status, 200, 'the status of the next request')
  }),
]

const EXPECTED = [200, 200, 204, 401, 200, 500, 204, 401, 200, 303, 204, 200, 404]

/** Everything that is answered in a way of its own. */
function pipelined(app: Running, prefix: string): Promise<string> {
  const form = ['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 3']
  const requests = [
    [`GET ${prefix}/page HTTP/1.1`],
    [`HEAD ${prefix}/page HTTP/1.1`],
    [`OPTIONS ${prefix}/token HTTP/1.1`],
    [`GET ${prefix}/notes HTTP/1.1`],
    [`POST ${prefix}/token HTTP/1.1`, ...form, '', 'a=1'],
    [`GET ${prefix}/throws HTTP/1.1`],
    [`GET ${prefix}/empty HTTP/1.1`],
    [`HEAD ${prefix}/notes HTTP/1.1`],
    [`GET ${prefix}/notes HTTP/1.1`, TOKEN],
    [`GET ${prefix}/cookies HTTP/1.1`],
    [`OPTIONS ${prefix}/notes HTTP/1.1`, 'Origin: https://app.example', 'Access-Control-Request-Method: GET'],
    [`POST ${prefix}/open HTTP/1.1`, ...form, '', 'a=1'],
    [`GET ${prefix}/nowhere HTTP/1.1`, 'Connection: close'],
  ]
  const bytes = requests.map(([line, ...rest]) => [
    line,
    'Host: app.example',
    ...rest,
    ...(rest.includes('') ? [] : ['', '']),
  ])
  return app.send(bytes.map((lines) => lines.join('\r\n')).join(''))
}

function statusesOf(answer: string): number[] {
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
}
