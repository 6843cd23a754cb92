/** One process of an application that refreshes under a lock of its database: calls the API as often as it is told, at once. */

import { storeTokens, type Store, type TokenStore } from '@authlib/core'
import { OAuth2Client, apiSession } from '@authlib/oauth2/client'
import { redisLock, redisStore } from '@authlib/redis'
import { pgLock, pgStore } from '@authlib/sql/pg'
import { Redis } from 'ioredis'
import pg from 'pg'

const { issuer, clientId, clientSecret, url, name, secret } = JSON.parse(process.argv[2]!) as Record<string, string>
const { store, lock, close } = url!.startsWith('redis') ? onRedis() : onPostgres()
const tokens: TokenStore = { ...storeTokens(store, { secrets: [secret!] }), lock }
const client = new OAuth2Client({ issuer, clientId: clientId!, clientSecret, tokens, apiBaseUrl: issuer })

interface Database {
  readonly store: Store
  readonly lock: NonNullable<TokenStore['lock']>
  readonly close: () => unknown
}

function onPostgres(): Database {
  const pool = new pg.Pool({ connectionString: url, max: 3 })
  return { store: pgStore(pool, { schema: name! }), lock: pgLock(pool, { name }), close: () => pool.end() }
}

function onRedis(): Database {
  const redis = new Redis(url!)
  const lock = redisLock(redis, { prefix: `${name}:lock:` })
  return { store: redisStore(redis, { prefix: `${name}:` }), lock, close: () => redis.disconnect() }
}

process.on('message', (calls: number) => {
  if (calls === 0) {
    process.disconnect()
    return void close()
  }
  void Promise.all(Array.from({ length: calls }, () => apiSession(client, 'alice').fetch('api'))).then((responses) => {
    process.send!(responses.map(({ status }) => status))
  })
})
process.send!('ready')
