/** The floor: node:http reading a form and answering with as much JSON as a token response has. */

import { serve } from '../server.ts'

const body = JSON.stringify({
  access_token: `at_${'a'.repeat(22)}.${'b'.repeat(43)}`,
  token_type: 'Bearer',
  expires_in: 3600,
  scope: 'read write',
})

await serve(() => (request, response) => {
  let text = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => (text += chunk))
  request.on('end', () => {
    response.writeHead(text.length > 1e6 ? 413 : 200, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      pragma: 'no-cache',
      'content-length': Buffer.byteLength(body),
    })
    response.end(body)
  })
})
