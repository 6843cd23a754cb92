/** Writes down what the client sends and gets while it works for one request of the browser. */

import { AsyncLocalStorage } from 'node:async_hooks'
import { directExchange, redirectExchange, type Exchange, type Party } from './exchange.ts'
import type { Experiment } from './experiments.ts'

export interface Recorder {
  /** The `fetch` of the client: every message that is sent while {@link Recorder.record} runs is noted. */
  readonly fetch: typeof fetch
  /** Adds to `exchanges` what happens during the action, whether it succeeds or not. */
  readonly record: <T>(exchanges: Exchange[], action: () => Promise<T>, experiment?: Experiment) => Promise<T>
  /** A message that goes through the browser, known by its URL. */
  readonly redirect: (from: Party, to: Party, url: string) => Exchange
}

/** `send` sends the messages; `parties` says who lives at which origin. */
export function createRecorder(send: typeof fetch, parties: Readonly<Record<string, Party>>): Recorder {
  const running = new AsyncLocalStorage<{ readonly exchanges: Exchange[]; readonly experiment?: Experiment }>()
  const partyOf = (url: string): Party => parties[new URL(url).origin] ?? 'provider'

  async function sendAndNote(request: Request, exchanges: Exchange[]): Promise<Response> {
    const sent = request.clone()
    const answer = await send(request).catch(async (error: unknown) => {
      exchanges.push(await directExchange(partyOf(sent.url), sent, null))
      throw error
    })
    exchanges.push(await directExchange(partyOf(sent.url), sent, answer.clone()))
    return answer
  }

  return {
    async fetch(input, init) {
      const { exchanges, experiment } = running.getStore() ?? {}
      const request = new Request(input, init)
      if (exchanges === undefined) return send(request)
      const broken = experiment && (await breakTokenRequest(request, experiment))
      const again = experiment?.replay === true && broken ? broken.clone() : undefined
      const answer = await sendAndNote(broken ?? request, exchanges)
      if (again) await sendAndNote(again, exchanges)
      return answer
    },
    record: (exchanges, action, experiment) => running.run({ exchanges, ...(experiment && { experiment }) }, action),
    redirect: (from, to, url) => redirectExchange(from, to, new URL(url)),
  }
}

/** Null for any other request. */
async function breakTokenRequest(request: Request, { token }: Experiment): Promise<Request | null> {
  const form = new URLSearchParams(await request.clone().text())
  if (form.get('grant_type') !== 'authorization_code') return null
  const headers = new Headers(request.headers)
  token?.(form, headers)
  return new Request(request.url, { method: request.method, headers, body: form.toString() })
}
