/** An authorization server in a process of its own, on the SQLite file of its first argument. Says its port when it listens. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mount } from '@authlib/node'
import { sqliteStore } from '@authlib/sql/node-sqlite'
import { raceServer } from './race-server.ts'

const [, , file = ''] = process.argv
const store = sqliteStore(file)
const http = createServer(mount(raceServer(store)))
http.listen(0, '127.0.0.1', () => {
  process.send?.((http.address() as AddressInfo).port) // sound: it listens on a port
})
process.on('disconnect', () => {
  store.close()
  process.exit(0)
})
