/** How often a server asks its store: each time is a round trip to the database. */

import { memoryStore, type Store } from '@authlib/core'
import { expect, it } from 'vitest'
import { API, Browser, fullServer, post, redeem, refresh, WEB } from '../../packages/oauth2/test/journey.ts'

/** A store that writes down what it is asked, and reads that out once. */
function countingStore(): { store: Store; calls: () => string[] } {
  const inner = memoryStore()
  const calls: string[] = []
  const store: Store = {
    ...inner,
    get(partition, keys) {
      calls.push(`get ${keys.map(([kind]) => kind).join(' and ')}`)
      return inner.get(partition, keys)
    },
    commit(batch) {
      calls.push('commit')
      return inner.commit(batch)
    },
    list(query) {
      calls.push('list')
      return inner.list(query)
    },
  }
  return { store, calls: () => calls.splice(0) }
}

it('asks its store no more than it must', async () => {
  const { store, calls } = countingStore()
  const { server } = fullServer({ store })
  const browser = new Browser(server)
  await browser.authorize()
  calls()

  const answer = await browser.authorize() // logged in, and has agreed before
  expect(calls()).toEqual(['get session', 'get consent', 'commit'])
  const first = await redeem(server, answer.get('code')!)
  expect(calls()).toEqual(['get code and authorization', 'get session', 'commit']) // the session may have ended meanwhile
  const second = await refresh(server, first.json['refresh_token'])
  expect(calls()).toEqual(['get authorization', 'commit'])
  await post(server, '/introspect', { token: String(second.json['access_token']) }, API)
  expect(calls()).toEqual(['get access_token and authorization'])
  await post(server, '/revoke', { token: String(second.json['refresh_token']) }, WEB)
  expect(calls()).toEqual(['get authorization', 'commit'])
  await post(server, '/token', { grant_type: 'client_credentials' }, WEB)
  expect(calls()).toEqual(['commit'])
})
