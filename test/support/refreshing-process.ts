/** One process of an application: calls the API fifty times at once with the token of `alice`. */

import { storeTokens } from '@authlib/core'
import { OAuth2Client, apiSession } from '@authlib/oauth2/client'
import { remoteStore } from './remote-store.ts'

const { issuer, clientId, clientSecret, storeUrl, secret } = JSON.parse(process.argv[2]!) as Record<string, string>
const tokens = storeTokens(remoteStore(storeUrl!), { secrets: [secret!] })
const client = new OAuth2Client({ issuer, clientId: clientId!, clientSecret, tokens, apiBaseUrl: issuer })

process.send!('ready')
process.once('message', () => {
  void Promise.all(Array.from({ length: 50 }, () => apiSession(client, 'alice').fetch('api'))).then((responses) => {
    process.send!(responses.map(({ status }) => status))
    process.disconnect()
  })
})
