// The OAuth provider of better-auth with one account and one client, in memory, on a free port. Started with the
// redirect URI of the client; tells its parent where it is and what the client is called, and ends with the parent.

import { createServer } from 'node:http'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { oauthProvider } from '@better-auth/oauth-provider'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { jwt } from 'better-auth/plugins'

const [, , redirectUri] = process.argv
const http = createServer()
await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${http.address().port}`

const options = {
  baseURL: origin,
  secret: 'a secret of the provider, at least 32 characters',
  database: new DatabaseSync(':memory:'),
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
  plugins: [
    jwt(),
    oauthProvider({
      loginPage: '/sign-in',
      consentPage: '/consent',
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
    }),
  ],
}
await (await getMigrations(options)).runMigrations()
const auth = betterAuth(options)
const person = { name: 'Alice', email: 'alice@example.com', password: 'a long password' }
const { headers } = await auth.api.signUpEmail({ body: person, returnHeaders: true })
const cookies = headers.getSetCookie().map((cookie) => cookie.split(';')[0])
const client = await auth.api.adminCreateOAuthClient({
  headers: { cookie: cookies.join('; ') }, // a client has an owner
  body: { redirect_uris: [redirectUri], post_logout_redirect_uris: [redirectUri], enable_end_session: true },
})

http.on('request', toNodeHandler(auth))
process.once('disconnect', () => {
  http.closeAllConnections()
  http.close()
})
process.send({ origin, clientId: client.client_id, clientSecret: client.client_secret })
