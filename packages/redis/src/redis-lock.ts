/** Locks of Redis, for work that one process at a time may do. */

import { randomBytes } from 'node:crypto'
import type { TokenStore } from '@authlib/core'
import { acquire, attempts, refuseUnknownOptions, storeUnavailable } from '@authlib/core/kit'
import { redisOf, type RedisClient } from './client.ts'
import { EXTEND_LOCK, UNLOCK } from './scripts.ts'

/** Options of {@link redisLock}. */
export interface RedisLockOptions {
  /** Begins every key. Default `authlib:lock:`. */
  readonly prefix?: string | undefined
  /** Seconds after which the lock of a process that ended is free. A living process renews its locks. Default 15. */
  readonly lease?: number | undefined
  /** Seconds to wait for a lock that another process holds, before `store_unavailable` (503) is thrown. Default 30. */
  readonly timeout?: number | undefined
}

/** Seconds for an answer of Redis. */
const PATIENCE = 10

/**
 * The `lock` of a token store: one process at a time refreshes a token. A failover that loses the lock, or a process that
 * stands still for longer than the lease, lets a second one in; `save` of `storeTokens` then still keeps the newer token.
 *
 * @example
 * const tokens: TokenStore = { ...storeTokens(redisStore(client), { secrets }), lock: redisLock(client) }
 */
export function redisLock(
  client: RedisClient,
  { prefix = 'authlib:lock:', lease = 15, timeout = 30, ...others }: RedisLockOptions = {},
): NonNullable<TokenStore['lock']> {
  refuseUnknownOptions('redisLock', others)
  const redis = redisOf(client)
  const milliseconds = String(lease * 1000)

  async function call(key: string, ...words: readonly string[]): Promise<unknown> {
    try {
      return await attempts(() => redis.call(key, words), { timeout: PATIENCE, retryable: () => false })
    } catch (error) {
      throw storeUnavailable(error)
    }
  }

  return async (name, action) => {
    const key = `${prefix}${name}`
    const holder = randomBytes(16).toString('base64url')
    await acquire(async () => (await call(key, 'SET', key, holder, 'NX', 'PX', milliseconds)) === 'OK', { timeout })
    const renewing = setInterval(
      () => {
        call(key, 'EVAL', EXTEND_LOCK, '1', key, holder, milliseconds).catch(() => undefined) // the next one may succeed
      },
      (lease * 1000) / 3,
    )
    try {
      return await action()
    } finally {
      clearInterval(renewing)
      await call(key, 'EVAL', UNLOCK, '1', key, holder).catch(() => undefined) // it ends by itself
    }
  }
}
