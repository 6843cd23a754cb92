/** Writes down what the client sends and gets while it works for one request of the browser. */

import { AsyncLocalStorage } from 'node:async_hooks'
import { directExchange, redirectExchange, type Exchange, type Party } from './exchange.ts'

export interface Recorder {
  /** The `fetch` of the client: every message that is sent while {@link Recorder.record} runs is noted. */
  readonly fetch: typeof fetch
  /** Adds to `exchanges` what happens during the action, whether it succeeds or not. */
  readonly record: <T>(exchanges: Exchange[], action: () => Promise<T>) => Promise<T>
  /** A message that goes through the browser, known by its URL. */
  readonly redirect: (from: Party, to: Party, url: string) => Exchange
}

/** `send` sends the messages; `parties` says who lives at which origin. */
export function createRecorder(send: typeof fetch, parties: Readonly<Record<string, Party>>): Recorder {
  const running = new AsyncLocalStorage<Exchange[]>()
  const partyOf = (url: string): Party => parties[new URL(url).origin] ?? 'provider'

  return {
    async fetch(input, init) {
      const exchanges = running.getStore()
      const request = new Request(input, init)
      if (exchanges === undefined) return send(request)
      const sent = request.clone()
      const answer = await send(request).catch(async (error: unknown) => {
        exchanges.push(await directExchange(partyOf(sent.url), sent, null))
        throw error
      })
      exchanges.push(await directExchange(partyOf(sent.url), sent, answer.clone()))
      return answer
    },
    record: (exchanges, action) => running.run(exchanges, action),
    redirect: (from, to, url) => redirectExchange(from, to, new URL(url)),
  }
}
