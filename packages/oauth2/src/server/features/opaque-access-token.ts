/** Opaque access tokens: random text whose hash is a record beside its authorization. */

import { type Json, type JsonObject, type StoredRecord } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'
import {
  AUTHORIZATION_KIND,
  ownerIndex,
  packAuthorization,
  readAuthorization,
  unpackAuthorization,
  type Authorization,
} from '../records/authorization.ts'
import type { FoundToken, TokenDraft, TokenFormat } from '../contract/feature.ts'
import { authorizationIdOf, createTokenText } from '../records/token-text.ts'

/** `kind` of an opaque access token in the store. */
export const ACCESS_TOKEN_KIND = 'access_token'

const PREFIX = 'at'

/** The default format. A token of a `single` plan is one record that holds its authorization. */
export const opaqueAccessToken: TokenFormat = {
  name: 'opaque',

  async mint(draft, server) {
    const token = createTokenText(PREFIX, draft.authorization.id, server.random)
    const record = tokenRecord(draft, await sha256Base64url(token))
    return { token, changes: { put: [record] }, holdsAuthorization: draft.single }
  },

  async find(token, server) {
    const partition = authorizationIdOf(PREFIX, token)
    if (partition === null) return null
    const id = await sha256Base64url(token)
    const [record, root] = await server.store.get(partition, [
      [ACCESS_TOKEN_KIND, id],
      [AUTHORIZATION_KIND, partition],
    ])
    const now = server.clock()
    if (!record || record.expiresAt <= now) return null
    const authorization = heldAuthorization(record) ?? readAuthorization(root, now)
    return authorization?.status === 'active' ? foundToken(record, authorization) : null
  },
}

/** The authorization inside the token's own record, if it holds one. */
function heldAuthorization(record: StoredRecord): Authorization | null {
  const held = record.data['authorization']
  return held === undefined ? null : unpackAuthorization(held as JsonObject, record) // sound: written by tokenRecord
}

function tokenRecord(draft: TokenDraft, id: string): StoredRecord {
  const { authorization, single } = draft
  return {
    kind: ACCESS_TOKEN_KIND,
    id,
    partition: authorization.id,
    revision: 1,
    expiresAt: draft.expiresAt,
    ...(single ? { index: ownerIndex(authorization) } : {}),
    data: {
      version: 1,
      scope: draft.scope,
      issuedAt: draft.issuedAt,
      ...(draft.audience.length > 0 ? { audience: draft.audience } : {}),
      ...(draft.tokenType === 'Bearer' ? {} : { tokenType: draft.tokenType }),
      ...(Object.keys(draft.claims).length > 0 ? { claims: draft.claims } : {}),
      ...(single ? { authorization: packAuthorization(authorization) } : {}),
    },
  }
}

function foundToken(record: StoredRecord, authorization: Authorization): FoundToken {
  const data = record.data as { [name: string]: Json } & { scope: string[]; issuedAt: number } // sound: written by tokenRecord
  return {
    kind: ACCESS_TOKEN_KIND,
    authorization,
    scope: data.scope,
    audience: (data['audience'] ?? []) as string[],
    issuedAt: data.issuedAt,
    expiresAt: record.expiresAt,
    tokenType: (data['tokenType'] ?? 'Bearer') as string,
    claims: (data['claims'] ?? {}) as JsonObject,
    revocation: { changes: { remove: [[record.kind, record.id]] } },
  }
}
