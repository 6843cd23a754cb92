/** The whole journey on each database server, and the demo on each by one environment variable. */

import { redisStore } from '@authlib/redis'
import type { Store } from '@authlib/core'
import { mysqlStore } from '@authlib/sql/mysql2'
import { pgStore } from '@authlib/sql/pg'
import { Redis } from 'ioredis'
import { createPool } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { API, fullServer, obtainCode, post, redeem, refresh, WEB } from '../../packages/oauth2/test/journey.ts'
import { openStore } from '../../examples/demo/src/store.ts'
import { describeWith, mysqlServer, postgresServer, redisServer, type Need } from '../support/needs.ts'

interface Opened {
  /** Views of one store, as of several processes. */
  readonly stores: readonly Store[]
  readonly close: () => Promise<unknown>
}

const databases: readonly (readonly [Need, string, (url: string) => Promise<Opened>])[] = [
  [
    postgresServer,
    'PostgreSQL',
    async (connectionString) => {
      const pools = [1, 2].map(() => new pg.Pool({ connectionString, max: 10 }))
      const schema = `journey_${process.pid}`
      const stores = pools.map((pool) => pgStore(pool, { schema }))
      await stores[0]?.migrate()
      const close = async () => {
        await pools[0]?.query(`DROP SCHEMA ${schema} CASCADE`)
        return Promise.all(pools.map((pool) => pool.end()))
      }
      return { stores, close }
    },
  ],
  [
    mysqlServer,
    'MariaDB',
    async (uri) => {
      const pools = [1, 2].map(() => createPool({ uri, connectionLimit: 10 }))
      const prefix = `journey_${process.pid}_`
      const stores = pools.map((pool) => mysqlStore(pool, { prefix }))
      await stores[0]?.migrate()
      const close = async () => {
        await pools[0]?.query(`DROP VIEW ${prefix}authorizations`)
        await pools[0]?.query(`DROP TABLE ${prefix}records, ${prefix}migrations`)
        return Promise.all(pools.map((pool) => pool.end()))
      }
      return { stores, close }
    },
  ],
  [
    redisServer,
    'Redis',
    (url) => {
      const clients = [1, 2].map(() => new Redis(url))
      const stores = clients.map((client) => redisStore(client, { prefix: `journey:${process.pid}:` }))
      return Promise.resolve({ stores, close: () => Promise.all(clients.map((client) => client.quit())) })
    },
  ],
]

for (const [need, name, open] of databases) {
  describeWith(need, name, (url) => {
    let opened: Opened
    beforeAll(async () => {
      opened = await open(url)
    })
    afterAll(() => opened.close())
    const servers = () => opened.stores.map((store) => fullServer({ store }).server)

    it('issues, refreshes, introspects and revokes', async () => {
      const [one, other] = servers() as [
        ReturnType<typeof fullServer>['server'],
        ReturnType<typeof fullServer>['server'],
      ]
      const first = await redeem(other, await obtainCode(one))
      expect(first.status).toBe(200)
      const second = await refresh(one, first.json['refresh_token'])
      expect(second.status).toBe(200)
      const active = async (token: unknown) =>
        (await post(other, '/introspect', { token: String(token) }, API)).json['active']
      expect(await active(second.json['access_token'])).toBe(true)
      await post(one, '/revoke', { token: String(second.json['refresh_token']) }, WEB)
      expect(await active(second.json['access_token'])).toBe(false)
      expect((await refresh(other, second.json['refresh_token'])).json['error']).toBe('invalid_grant')
    })

    it('revokes everything of a client and of a person', async () => {
      const [server] = servers()
      const own = await post(server!, '/token', { grant_type: 'client_credentials' }, WEB)
      const theirs = await redeem(server!, await obtainCode(server!))
      expect(await server!.authorizations.revoke({ subject: 'alice' })).toBeGreaterThanOrEqual(1)
      expect((await refresh(server!, theirs.json['refresh_token'])).json['error']).toBe('invalid_grant')
      expect(await server!.authorizations.revoke({ clientId: 'web' })).toBeGreaterThanOrEqual(1)
      const token = String(own.json['access_token'])
      expect((await post(server!, '/introspect', { token }, API)).json['active']).toBe(false)
    })

    it('redeems a code once, however many try on both servers, and leaves honest clients signed in', async () => {
      const both = servers()
      const honest = await redeem(both[0]!, await obtainCode(both[0]!))
      for (let round = 0; round < 3; round++) {
        const code = await obtainCode(both[0]!)
        const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => redeem(both[n % 2]!, code)))
        expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
        expect(answers.every(({ status }) => [200, 400].includes(status))).toBe(true)
      }
      expect((await refresh(both[1]!, honest.json['refresh_token'])).status).toBe(200)
    })

    it('is what the demo opens by its URL', async () => {
      const demo = await openStore(url)
      expect(demo.store.guarantees.commit).toBe('atomic')
      expect(await demo.store.get('no-such-partition', [['code', 'a']])).toEqual([null])
      await demo.close()
    })
  })
}

describe('the demo', () => {
  it('refuses a database that it does not know', async () => {
    await expect(openStore('oracle://localhost/db')).rejects.toThrow('oracle is not one of')
  })
})
