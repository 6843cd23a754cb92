/** `npm start`. */

import { startExample } from './example.ts'
import { readSettings } from './settings.ts'

const { application, ...settings } = readSettings(process.env)
const example = await startExample({
  ...settings,
  clients: [
    {
      client_id: 'my-app',
      client_secret: application.secret,
      client_name: 'My App',
      redirect_uris: [`${application.url}/callback`],
      post_logout_redirect_uris: [application.url],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid profile email offline_access notes:read',
    },
  ],
})
console.log(`Provider: ${settings.issuer}`)
console.log(`Your account: ${settings.issuer}/account`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void example.stop())
