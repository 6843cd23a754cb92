/** What the client remembers between requests: small JSON documents in the store, each found by a secret it was kept under. */

import { systemClock, type JsonObject, type Store, type StoredRecord } from '@authlib/core'
import { sha256Base64url } from '@authlib/core/kit'

export interface Documents<T extends JsonObject> {
  find(secret: string): Promise<T | null>
  save(secret: string, document: T): Promise<void>
  /** Changes the document unless it is gone: a request that comes late brings back no one who has logged out. */
  update(secret: string, change: (document: T) => T): Promise<void>
  remove(secret: string): Promise<void>
}

/** `lifetime` in seconds, from the last change. The store sees a hash of the secret only. */
export function documents<T extends JsonObject>(store: Store, kind: string, lifetime: number): Documents<T> {
  async function read(id: string): Promise<StoredRecord | null> {
    const [record] = await store.get(id, [[kind, id]])
    return record && record.expiresAt > systemClock() ? record : null
  }

  function commit(id: string, data: T | null, revision: number | null): Promise<boolean> {
    const now = systemClock()
    const put = { kind, id, partition: id, revision: (revision ?? 0) + 1, expiresAt: now + lifetime }
    return store.commit({
      partition: id,
      now,
      expect: revision === null ? [] : [{ kind, id, revision }],
      put: data === null ? [] : [{ ...put, data }],
      remove: data === null ? [[kind, id]] : [],
    })
  }

  return {
    async find(secret) {
      const record = await read(await sha256Base64url(secret))
      return record && (record.data as T) // sound: only this file writes records of this kind
    },
    async save(secret, document) {
      await commit(await sha256Base64url(secret), document, null)
    },
    async update(secret, change) {
      const id = await sha256Base64url(secret)
      for (;;) {
        const record = await read(id)
        if (!record || (await commit(id, change(record.data as T), record.revision))) return
      }
    },
    async remove(secret) {
      await commit(await sha256Base64url(secret), null, null)
    },
  }
}
