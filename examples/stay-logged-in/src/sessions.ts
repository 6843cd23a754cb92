/** Who people log in with, and where their sessions and tokens are kept. */

import { OAuth, storedSessions, storeTokens } from '@authlib/core'
import { expressAdapter } from '@authlib/express'
import { fetchUserinfo, oidc } from '@authlib/oidc/client'
import { sqliteStore } from '@authlib/sql/node-sqlite'

const { ISSUER = 'http://localhost:4000' } = process.env
export const { APP_URL = 'http://localhost:3000' } = process.env
const secrets = [process.env['APP_SECRET'] ?? '']
const store = sqliteStore(process.env['DATABASE'] ?? 'app.db')

/** 30 days: as long as sessions last, so that no token outlives its session. */
const lifetime = 30 * 86_400

export const oauth = new OAuth({
  adapter: expressAdapter,
  secrets,
  tokens: storeTokens(store, { secrets, lifetime }),
}).register(
  'provider',
  oidc({
    issuer: ISSUER,
    clientId: 'my-app',
    clientSecret: process.env['CLIENT_SECRET'],
    scope: ['profile', 'offline_access', 'notes:read'], // offline_access: a refresh token
    userinfo: fetchUserinfo, // where this provider tells the name
    apiBaseUrl: `${ISSUER}/api`, // the only place that tokens are sent to
  }),
)

export const sessions = storedSessions(oauth, { store, url: APP_URL, lifetime })
