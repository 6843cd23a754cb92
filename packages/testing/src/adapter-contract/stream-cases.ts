/** Bodies that come and go in pieces. */

import { assertEqual } from '../assert.ts'
import { adapterCase, bearer, type AdapterContractCase, type Running } from './case.ts'
import { STREAMED } from './fixtures.ts'

const HEAD = ['POST /body HTTP/1.1', 'Host: a', 'Connection: close']

export const streamCases: readonly AdapterContractCase[] = [
  adapterCase('sends the first half of a stream before there is a second', {}, async (app) => {
    const { early, whole, response } = await readStream(app)
    assertEqual(response.status, 200, 'the status')
    assertEqual(response.headers.get('dpop-nonce'), 'n1', 'the header of the protector')
    assertEqual(early, STREAMED[0], 'what has arrived before the second half')
    assertEqual(whole, STREAMED.join(''), 'the body')
  }),

  adapterCase('survives a client that leaves in the middle of a stream', {}, async (app) => {
    const controller = new AbortController()
    const response = await app.fetch('/stream', { ...bearer('ann:read'), signal: controller.signal })
    await response.body!.getReader().read()
    controller.abort()
    app.release()
    assertEqual((await app.fetch('/page')).status, 200, 'the status of the next request')
    assertEqual(app.errors, [], 'what onError hears')
  }),

  adapterCase('waits for a body that says its length and comes late', {}, async (app) => {
    const { early, whole } = await app.sendSlowly([...HEAD, 'Content-Length: 10', '', 'first'], 'later')
    assertEqual(early, '', 'what is answered before the body has ended')
    assertEqual([whole.slice(0, 12), whole.includes('"length":10')], ['HTTP/1.1 200', true], whole)
  }),

  adapterCase('waits for a body in chunks that come late', {}, async (app) => {
    const chunked = [...HEAD, 'Transfer-Encoding: chunked', '', '5', 'first', '']
    const { early, whole } = await app.sendSlowly(chunked, '5\r\nlater\r\n0\r\n\r\n')
    assertEqual(early, '', 'what is answered before the body has ended')
    assertEqual([whole.slice(0, 12), whole.includes('"length":10')], ['HTTP/1.1 200', true], whole)
  }),
]

/** Reads a response whose second half is released when the first had time to arrive: while other requests were answered. */
async function readStream(app: Running): Promise<{ early: string; whole: string; response: Response }> {
  let text = ''
  const ended = (async () => {
    const response = await app.fetch('/stream', bearer('ann:read'))
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk
    return response
  })()
  for (let n = 0; n < 20 && text === ''; n++) await (await app.fetch('/open')).text()
  const early = text
  app.release()
  return { early, response: await ended, whole: text }
}
