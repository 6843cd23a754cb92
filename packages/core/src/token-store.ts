/** Where an application keeps the tokens of its accounts. */

import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import { decodeUtf8 } from './encoding.ts'
import { AuthlibError } from './errors.ts'
import { sha256Base64url } from './digest.ts'
import type { JsonObject } from './json.ts'
import { assertMethods, assertSeconds } from './option-types.ts'
import type { Random } from './random.ts'
import { createSealer } from './seal.ts'
import { NEVER, type Store, type StoredRecord } from './store.ts'
import { refuseUnknownOptions } from './unknown-options.ts'

/** The token of one account, as any protocol writes it. Each write carries a fresh `id`: that is what `save` compares. */
export type StoredToken = JsonObject & { readonly id: string }

/**
 * Keeps one token per key. The application chooses the keys, such as the id of its user. The stores of this package throw
 * a TypeError for a key with a lone surrogate.
 */
export interface TokenStore {
  get(key: string): Promise<StoredToken | null>
  /**
   * Writes the token, or removes the entry when `token` is null. With `previous`, only while the entry is still that one
   * (the same `id`; null: there is none). If omitted, overwrites. Returns false, writing nothing, if the stored id differs.
   */
  save(key: string, token: StoredToken | null, previous?: StoredToken | null): Promise<boolean>
  /** Runs `action` while no one else, in whatever process, runs one for `key`. Replaces the lease made of `save`. */
  lock?<T>(key: string, action: () => Promise<T>): Promise<T>
}

/**
 * Tokens in the memory of this process: for tests and single-process tools.
 *
 * @example
 * new OAuth2Client({ issuer, clientId, clientSecret, tokens: memoryTokens() })
 */
export function memoryTokens(): TokenStore {
  const tokens = new Map<string, StoredToken>()
  return {
    async get(key) {
      assertKey(key)
      return structuredClone(tokens.get(key)) ?? null
    },
    async save(key, token, previous) {
      assertKey(key)
      if (previous !== undefined && tokens.get(key)?.id !== previous?.id) return false
      if (token === null) tokens.delete(key)
      else tokens.set(key, structuredClone(token))
      return true
    },
  }
}

export interface StoreTokensOptions {
  /** Seals the tokens at rest: the first secret seals, all of them open. At least 32 characters each. */
  readonly secrets: readonly string[]
  /**
   * Seconds after which a token that was not saved again is removed, such as one of a session that nobody ended. Longer than
   * tokens go without a refresh. Default: tokens stay.
   */
  readonly lifetime?: number | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

const KIND = 'client_token'

/**
 * Tokens in any store, sealed and bound to their key. The revision of the record makes `save` a compare-and-set.
 *
 * @throws AuthlibError `weak_storage` when the store does not commit atomically, or reads what is out of date
 * @example
 * const oauth = new OAuth({ adapter, secrets, tokens: storeTokens(store, { secrets }) })
 */
export function storeTokens(
  store: Store,
  { secrets, lifetime, clock = systemClock, random, ...others }: StoreTokensOptions,
): TokenStore {
  refuseUnknownOptions('storeTokens', others)
  assertMethods('store', store, ['get', 'commit'], 'such as memoryStore()')
  assertSeconds({ lifetime }, 1)
  if (store.guarantees.commit !== 'atomic' || store.guarantees.reads !== 'strong') {
    throw new AuthlibError('weak_storage', 'This store cannot compare and set', {
      hint: 'Two processes would refresh the same token and sign the account out. Use a store with atomic commits and strong reads.',
    })
  }
  const sealer = createSealer({ secrets, label: 'client token', ...(random && { random }) })

  async function read(key: string): Promise<{ id: string; record: StoredRecord | null; token: StoredToken | null }> {
    assertKey(key)
    const id = await sha256Base64url(key)
    const [found = null] = await store.get(partition(id), [[KIND, id]])
    const record = found !== null && found.expiresAt > clock() ? found : null
    const sealed = record?.data['sealed']
    const opened = typeof sealed === 'string' ? await sealer.open(sealed, key) : null
    // sound: only `write` below seals under this label and key
    const token = opened === null ? null : (JSON.parse(decodeUtf8(opened)) as StoredToken)
    return { id, record, token }
  }

  async function write(
    key: string,
    id: string,
    record: StoredRecord | null,
    token: StoredToken | null,
  ): Promise<boolean> {
    if (record === null && token === null) return true
    const revision = record?.revision ?? 0
    const put = async (next: StoredToken): Promise<StoredRecord> => ({
      kind: KIND,
      id,
      partition: partition(id),
      revision: revision + 1,
      expiresAt: lifetime === undefined ? NEVER : clock() + lifetime,
      data: { version: 1, sealed: await sealer.seal(JSON.stringify(next), key) },
    })
    return store.commit({
      partition: partition(id),
      now: clock(),
      expect: [{ kind: KIND, id, revision }],
      put: token === null ? [] : [await put(token)],
      remove: token === null ? [[KIND, id]] : [],
    })
  }

  return {
    async get(key) {
      return (await read(key)).token
    },
    async save(key, token, previous) {
      for (let attempt = 0; attempt < 20; attempt++) {
        const found = await read(key)
        if (previous !== undefined && found.token?.id !== previous?.id) return false
        if (await write(key, found.id, found.record, token)) return true
      }
      throw new AuthlibError('store_conflict', 'Too many concurrent writes to this token', { status: 503 })
    },
  }
}

/** UTF-8 has one replacement for all lone surrogates: two accounts would share an entry. */
function assertKey(key: string): void {
  if (typeof key === 'string' && !/\p{Surrogate}/u.test(key)) return
  throw new TypeError('The key of a token must be a string without lone surrogates')
}

const partition = (id: string): string => `${KIND}:${id}`
