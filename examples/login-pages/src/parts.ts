/** What the pages work on. */

import type { Server } from '@authlib/oauth2/server'
import { countedAttempts, type Attempts } from './attempts.ts'
import type { Database } from './database.ts'
import { passkeyTable, type Passkeys } from './passkeys.ts'
import { userTable, type Users } from './users.ts'

export interface Parts {
  readonly users: Users
  readonly passkeys: Passkeys
  readonly attempts: Attempts
}

export function createParts(db: Database, { issuer, clock }: Pick<Server, 'issuer' | 'clock'>): Parts {
  return {
    users: userTable(db, clock),
    passkeys: passkeyTable(db, clock, issuer),
    attempts: countedAttempts(db, clock),
  }
}

/**
 * How strong a login was. `phr` (phishing-resistant) is the name that OpenID Connect Extended Authentication Profile ACR
 * Values gives to what a passkey proves; the methods are those of RFC 8176.
 */
export const PASSKEY = { acr: 'phr', amr: ['pop', 'user', 'mfa'] }
export const PASSWORD = { acr: 'pwd', amr: ['pwd'] }
