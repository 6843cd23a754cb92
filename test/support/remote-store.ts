/** A store of one process, used from others: each verb is one request. */

import type { Store } from '@authlib/core'
import { startTestServer, type TestServer } from '@authlib/testing'

export function serveStore(store: Store): Promise<TestServer> {
  return startTestServer(async (request) => {
    const { verb, args } = (await request.json()) as { verb: 'get' | 'commit' | 'list' | 'sweep'; args: [never, never] }
    return Response.json(await store[verb](...args))
  })
}

export function remoteStore(url: string): Store {
  const call = async <T>(verb: string, ...args: unknown[]): Promise<T> => {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify({ verb, args }) })
    return (await response.json()) as T // sound: `serveStore` answers what the store did
  }
  return {
    guarantees: { commit: 'atomic', reads: 'strong', expiry: 'native', durability: 'none' },
    get: (partition, keys) => call('get', partition, keys),
    commit: (batch) => call('commit', batch),
    list: (query) => call('list', query),
    sweep: (now, limit) => call('sweep', now, limit),
  }
}
