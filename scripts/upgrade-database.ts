/**
 * Writes a SQLite file with a record of every kind, and beside it the codes and tokens that belong to it. The files below
 * `test/fixtures` must be read by the code of every later version. A new version of the schema, and a new kind of record, gets a
 * file of the next number; those that are there stay as they are:
 * `node --conditions=@authlib/source scripts/upgrade-database.ts test/fixtures/sqlite-2`.
 */

import { writeFileSync } from 'node:fs'
import { clientFromMetadata } from '@authlib/oauth2/server'
import { sqliteStore } from '@authlib/sql/node-sqlite'
import { Browser, manualClock, OTHER, post, PUBLIC, redeem, refresh, WEB } from '../packages/oauth2/test/journey.ts'
import { writeFeatures } from '../test/support/upgrade-features.ts'
import { upgradeProvider, WRITTEN_AT } from '../test/support/upgrade-provider.ts'

const target = process.argv[2] ?? ''
const store = sqliteStore(`${target}.db`)
const clock = manualClock(WRITTEN_AT)
const { server, jwtServer, clients, tokens } = upgradeProvider(store, clock)
const scope = 'openid profile offline_access read'

for (const metadata of [WEB, OTHER, PUBLIC]) {
  await clients.save(await clientFromMetadata({ ...metadata, scope }))
}
await tokens.save('github:alice', { id: 'first', accessToken: 'of-another-provider', refreshToken: 'refresh-it' })

const browser = new Browser(server)
const codeFor = async (params: Record<string, string> = {}, user = 'alice'): Promise<string> => {
  const answer = await browser.authorize({ scope, nonce: 'n', ...params }, { user })
  return answer.get('code') ?? ''
}
const first = await redeem(server, await codeFor())
const rotated = await refresh(server, first.json['refresh_token'])
const own = await post(server, '/token', { grant_type: 'client_credentials', scope: 'read' }, WEB)
const ofPublic = await redeem(server, await codeFor({ client_id: 'public' }), { client: PUBLIC })
const revoked = await redeem(server, await codeFor())
await post(server, '/revoke', { token: String(revoked.json['refresh_token']) }, WEB)
const revokedAlone = await redeem(server, await codeFor())
await post(server, '/revoke', { token: String(revokedAlone.json['access_token']) }, WEB)
const usedCode = await codeFor()
const redeemed = await redeem(server, usedCode)
const jwt = await redeem(jwtServer, await codeFor())
const jwtRevoked = await post(jwtServer, '/token', { grant_type: 'client_credentials', scope: 'read' }, WEB)
await post(jwtServer, '/revoke', { token: String(jwtRevoked.json['access_token']) }, WEB)
const bobs = new Browser(server)
const bobsCode = (await bobs.authorize({ scope: 'read' }, { user: 'bob' })).get('code')

writeFileSync(
  `${target}.json`,
  `${JSON.stringify(
    {
      web: first.json,
      rotated: rotated.json,
      own: own.json,
      ofPublic: ofPublic.json,
      revoked: revoked.json,
      revokedAlone: revokedAlone.json,
      usedCode,
      redeemed: redeemed.json,
      jwt: jwt.json,
      jwtRevoked: jwtRevoked.json,
      liveCode: await codeFor(),
      bobsCode,
      cookies: Object.fromEntries(browser.cookies),
      features: await writeFeatures(store, clock),
    },
    null,
    2,
  )}\n`,
)
store.close()
