/** Opaque access tokens: random text whose hash is a record beside its authorization. */

import type { JsonObject, RecordKey, StoredRecord } from '@authlib/core'
import { sha256Base64url, whenKnown } from '@authlib/core/kit'
import type { TokenDraft } from '../contract/plans.ts'
import type { TokenFormat } from '../contract/registrable.ts'
import {
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
    const { revision, expiresAt } = record
    const data = record.data as TokenData // sound: written by tokenRecord
    const held =
      data.authorization && unpackAuthorization(data.authorization, { id: authorizationId, revision, expiresAt })
    const authorization = held ?? stored
    if (authorization?.status !== 'active') return null
    const remove: RecordKey[] = [[ACCESS_TOKEN_KIND, id]]
    if (held) remove.push([AUTHORIZATION_KIND, authorizationId])
    // A token ends alone; with it goes an authorization that has no other, so that what derives from it dies too.
    const endsOther = !held && ancestors.length > 0
    return {
      kind: ACCESS_TOKEN_KIND,
      authorization,
      scope: data.scope,
      audience: data.audience ?? [],
      issuedAt: data.issuedAt,
      expiresAt,
      tokenType: data.tokenType ?? 'Bearer',
      claims: data.claims ?? {},
      heldBy: held && !stored ? { kind: ACCESS_TOKEN_KIND, id, revision } : undefined,
      revocation: { update: endsOther ? { status: 'revoked' } : undefined, changes: { remove } },
    }
  },
}

type TokenData = {
  readonly version: 1
  readonly scope: readonly string[]
  readonly issuedAt: number
  /** What is the default is not stored. */
  readonly audience?: readonly string[] | undefined
  readonly tokenType?: string | undefined
  readonly claims?: JsonObject | undefined
  /** Of a `single` plan. */
  readonly authorization?: JsonObject | undefined
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
    } satisfies TokenData,
  }
}
