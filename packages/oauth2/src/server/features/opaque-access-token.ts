/** Opaque access tokens: random text whose hash is a record beside its authorization. */

import type { Json, JsonObject, StoredRecord } from '@authlib/core'
import { sha256Base64url, whenKnown } from '@authlib/core/kit'
import type { Authorization } from '../contract/authorization.ts'
import type { FoundToken, TokenDraft } from '../contract/plans.ts'
import type { TokenFormat } from '../contract/registrable.ts'
import {
  ancestorsOf,
  areActive,
  AUTHORIZATION_KIND,
  authorizationKeys,
  indexOf,
  packAuthorization,
  partitionOf,
  readAuthorization,
  unpackAuthorization,
} from '../records/authorization.ts'
import { ACCESS_TOKEN_KIND, authorizationIdOf, createTokenText } from '../records/token-text.ts'

const PREFIX = 'at'

/** The default format. A token of a `single` plan is one record that holds its authorization. */
export const opaqueAccessToken: TokenFormat = {
  kind: 'token_format',
  name: 'opaque',

  mint(draft, server) {
    const token = createTokenText(server, PREFIX, draft.authorization.id)
    const holdsAuthorization = draft.single
    return whenKnown(sha256Base64url(token), (id) => {
      return { token, changes: { put: [tokenRecord(draft, id)] }, holdsAuthorization }
    })
  },

  async find(token, server) {
    const authorizationId = authorizationIdOf(PREFIX, token)
    if (authorizationId === null) return null
    const id = await sha256Base64url(token)
    const keys = [[ACCESS_TOKEN_KIND, id] as const, ...authorizationKeys(authorizationId)]
    const [record, own, ...ancestors] = await server.store.get(partitionOf(authorizationId), keys)
    const now = server.clock()
    if (!record || record.expiresAt <= now || !areActive(ancestors, now)) return null
    const stored = readAuthorization(own, now)
    if (stored?.status === 'revoked') return null // also where the token holds its authorization
    const held = heldAuthorization(record, authorizationId)
    const authorization = held ?? stored
    return authorization?.status === 'active'
      ? foundToken(record, authorization, { isHeld: held !== null, isStored: stored !== null })
      : null
  },
}

/** The authorization inside the token's own record, if it holds one. */
function heldAuthorization({ data, revision, expiresAt }: StoredRecord, id: string): Authorization | null {
  const held = data['authorization'] as JsonObject | undefined // sound: written by tokenRecord
  return held === undefined ? null : unpackAuthorization(held, { id, revision, expiresAt })
}

function tokenRecord(draft: TokenDraft, id: string): StoredRecord {
  const { authorization, single } = draft
  return {
    kind: ACCESS_TOKEN_KIND,
    id,
    partition: partitionOf(authorization.id),
    revision: 1,
    expiresAt: draft.expiresAt,
    index: single ? indexOf(authorization) : undefined,
    data: {
      version: 1,
      scope: draft.scope,
      issuedAt: draft.issuedAt,
      audience: draft.audience.length > 0 ? draft.audience : undefined,
      tokenType: draft.tokenType === 'Bearer' ? undefined : draft.tokenType,
      claims: Object.keys(draft.claims).length > 0 ? draft.claims : undefined,
      authorization: single ? packAuthorization(authorization) : undefined,
    },
  }
}

function foundToken(
  record: StoredRecord,
  authorization: Authorization,
  { isHeld, isStored }: { isHeld: boolean; isStored: boolean },
): FoundToken {
  const { kind, id, revision } = record
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
    ...(isHeld && !isStored ? { heldBy: { kind, id, revision } } : {}),
    revocation: revocationOf(record, authorization, isHeld),
  }
}

/** A token ends alone; with it goes an authorization that has no other, so that what derives from it dies too. */
function revocationOf(
  { kind, id }: StoredRecord,
  authorization: Authorization,
  isHeld: boolean,
): FoundToken['revocation'] {
  if (isHeld)
    return {
      changes: {
        remove: [
          [kind, id],
          [AUTHORIZATION_KIND, authorization.id],
        ],
      },
    }
  const update = ancestorsOf(authorization.id).length > 0 ? { update: { status: 'revoked' as const } } : {}
  return { ...update, changes: { remove: [[kind, id]] } }
}
