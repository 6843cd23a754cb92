/** One of several OAuth 1 servers on one SQLite file: tells its port to the parent, and stops with it. */

import { sqliteStore } from '@authlib/sql/node-sqlite'
import { RACE_CLIENT, RACE_ORIGIN, startOAuth1Provider } from './oauth1-provider.ts'

const [, , file = ''] = process.argv
const { url } = await startOAuth1Provider({ clients: [RACE_CLIENT], origin: RACE_ORIGIN, store: sqliteStore(file) })
process.send?.(url)
process.on('disconnect', () => process.exit())
