/** The server of the races in a process of its own: the SQLite file, then the public key of the signer. Says its port. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Jwk } from '@authlib/jose'
import { mount } from '@authlib/node'
import { sqliteStore } from '@authlib/sql/node-sqlite'
import { featureRaceServer } from './feature-race-server.ts'

const [, , file = '', jwk = ''] = process.argv
const store = sqliteStore(file)
const http = createServer(mount(featureRaceServer(store, JSON.parse(jwk) as Jwk))) // sound: the test wrote it
http.keepAliveTimeout = 60_000 // on a busy machine a connection would end as the next request is sent on it
http.listen(0, '127.0.0.1', () => {
  process.send?.((http.address() as AddressInfo).port) // sound: it listens on a port
})
process.on('disconnect', () => {
  store.close()
  process.exit(0)
})
