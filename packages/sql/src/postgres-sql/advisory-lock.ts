/** Locks of PostgreSQL that belong to a connection and to no row, over any driver. */

import type { TokenStore } from '@authlib/core'
import { acquire, refuseUnknownOptions, sha256, storeUnavailable } from '@authlib/core/kit'

/** A connection that is ours until it is released. */
export interface PostgresConnection {
  query(text: string, values: readonly string[]): Promise<readonly unknown[]>
  /** Gives it back; a broken one is closed instead, which frees its locks. */
  release(broken: boolean): void
}

/** Options of the locks on PostgreSQL. */
export interface AdvisoryLockOptions {
  /** What the locks are for. Processes with the same name share their locks. Default `authlib`. */
  readonly name?: string | undefined
  /** Seconds to wait for a lock that another process holds, before `store_unavailable` (503) is thrown. Default 30. */
  readonly timeout?: number | undefined
}

/**
 * All locks of this process are held by one connection, which is given back when none is left. So waiting for locks never
 * uses up the pool that the holder of a lock needs to save its token.
 */
export function advisoryLock(
  connect: () => Promise<PostgresConnection>,
  { name = 'authlib', timeout = 30, ...others }: AdvisoryLockOptions = {},
): NonNullable<TokenStore['lock']> {
  refuseUnknownOptions('A lock on PostgreSQL', others)
  const queues = new Map<string, Promise<void>>()
  let shared: Shared | undefined

  /** A connection takes the same lock twice, so callers of this process wait here. */
  async function inTurn<T>(id: string, action: () => Promise<T>): Promise<T> {
    const before = queues.get(id)
    let next: () => void = () => undefined
    const turn = new Promise<void>((resolve) => (next = resolve))
    queues.set(id, turn)
    await before
    try {
      return await action()
    } finally {
      next()
      if (queues.get(id) === turn) queues.delete(id)
    }
  }

  async function withConnection<T>(action: (ask: (sql: string, id: string) => Promise<boolean>) => Promise<T>) {
    shared ??= { connection: connect(), asked: Promise.resolve(), users: 0, broken: false }
    const used = shared
    used.users++
    const ask = async (sql: string, id: string): Promise<boolean> => {
      const answer = used.asked.then(async () => {
        const connection = await used.connection
        return connection.query(`SELECT ${sql}($1::bigint) AS done`, [id])
      })
      used.asked = answer.catch(() => undefined)
      try {
        const [row] = await answer
        return (row as { done: boolean }).done // sound: both functions return a boolean
      } catch (error) {
        used.broken = true
        if (shared === used) shared = undefined // the next caller gets another connection
        throw storeUnavailable(error)
      }
    }
    try {
      return await action(ask)
    } finally {
      if (--used.users === 0) {
        if (shared === used) shared = undefined
        used.connection.then(
          (connection) => connection.release(used.broken),
          () => undefined,
        )
      }
    }
  }

  return async (key, action) => {
    const id = await lockId(`${name} ${key}`)
    return inTurn(id, () =>
      withConnection(async (ask) => {
        await acquire(() => ask('pg_try_advisory_lock', id), { timeout })
        try {
          return await action()
        } finally {
          await ask('pg_advisory_unlock', id).catch(() => false) // a broken connection has freed it
        }
      }),
    )
  }
}

/** The connection of this process, while anyone needs it. */
interface Shared {
  readonly connection: Promise<PostgresConnection>
  /** The last question: a connection answers one at a time. */
  asked: Promise<unknown>
  users: number
  broken: boolean
}

/** 64 bits, as PostgreSQL numbers its locks. Two keys with the same number wait for each other, no more. */
async function lockId(name: string): Promise<string> {
  const { buffer, byteOffset } = await sha256(name)
  return new DataView(buffer, byteOffset).getBigInt64(0).toString()
}
