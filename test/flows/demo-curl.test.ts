import { describe, expect, it } from 'vitest'
import { curlCommand } from '../../examples/demo/src/client/curl.ts'
import type { Exchange } from '../../examples/demo/src/client/exchange.ts'

const exchange: Exchange = {
  ...{ from: 'client', to: 'provider', redirect: false, method: 'POST', url: 'http://localhost:4000/token' },
  ...{ headers: {}, sent: {}, status: 200, answerHeaders: {}, received: {} },
}

describe('curlCommand', () => {
  it('has variables in place of what was shortened, and quotes the rest', () => {
    const headers = { authorization: 'Basic demo:…', 'content-type': 'application/x-www-form-urlencoded' }
    const sent = { grant_type: 'authorization_code', code: 'ac_xyz…1234', note: "it's $HOME" }
    expect(curlCommand({ ...exchange, headers, sent }).split(' \\\n  ')).toEqual([
      'curl -i',
      '-X POST',
      '-u "demo:$CLIENT_SECRET"',
      "--data-urlencode 'grant_type=authorization_code'",
      '--data-urlencode "code=$CODE"',
      String.raw`--data-urlencode 'note=it'\''s $HOME'`,
      "'http://localhost:4000/token'",
    ])
  })

  it('sends JSON and tokens as the client did, and parameters of a GET in the query', () => {
    const headers = { authorization: 'Bearer eyJhbG…1234', 'content-type': 'application/json' }
    const write = curlCommand({ ...exchange, headers, sent: { text: 'Buy milk' } })
    expect(write).toContain('-H "Authorization: Bearer $ACCESS_TOKEN"')
    expect(write).toContain(`-d '{"text":"Buy milk"}'`)
    expect(curlCommand({ ...exchange, method: 'GET', sent: { scope: 'openid' } })).toContain(
      "-G --data-urlencode 'scope=openid'",
    )
  })
})
