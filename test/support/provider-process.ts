/** An authorization server in a process of its own, on the database of its arguments. Says its port when it listens. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mount } from '@authlib/node'
import { openDatabase } from './open-database.ts'
import { raceServer } from './race-server.ts'

const [, , url = '', name] = process.argv
const { store, close } = await openDatabase(url, { timeout: 30, ...(name !== undefined && { name }) })
const http = createServer(mount(raceServer(store, () => undefined)))
http.keepAliveTimeout = 60_000 // on a busy machine a connection would end as the next request is sent on it
http.listen(0, '127.0.0.1', () => {
  process.send?.((http.address() as AddressInfo).port) // sound: it listens on a port
})
process.on('disconnect', () => {
  void Promise.resolve(close()).then(() => process.exit(0))
})
