/** Limits on guessing, counted in the database: they hold for all processes together, and after a restart. */

import { createHash } from 'node:crypto'
import type { Clock } from '@authlib/core'
import { sameForAll } from './users.ts'
import type { Database } from './database.ts'

/** So many failures are free. Each further one doubles the wait, from half a minute to a quarter of an hour. */
const FREE = { account: 5, address: 50 }
/** Seconds without a failure after which all is forgotten. */
const MEMORY = 3600

export interface Attempts {
  /**
   * Counts an attempt as failed before it is looked at, so that attempts at the same time are counted too. Resolves with 0,
   * or with the seconds to wait: then nothing may be looked at.
   */
  begin(email: string, address: string | undefined): Promise<number>
  /** It was right: the account starts again from zero. The address does not: it may be guessing at other accounts. */
  succeeded(email: string, address: string | undefined): Promise<void>
}

export function countedAttempts(db: Database, clock: Clock): Attempts {
  /** One statement, so that two processes cannot count the same failure. Without a row: it must wait. */
  async function count(name: string, free: number): Promise<number> {
    const now = clock()
    const counted = await db.query(
      `INSERT INTO attempts (name, failures, failed_at, retry_at) VALUES (?, 1, ?, 0)
       ON CONFLICT (name) DO UPDATE SET
         failures = CASE WHEN attempts.failed_at < ? THEN 1 ELSE attempts.failures + 1 END,
         retry_at = CASE WHEN attempts.failed_at < ? OR attempts.failures + 1 < ${free} THEN 0
                         WHEN attempts.failures + 1 >= ${free + 5} THEN CAST(? AS BIGINT) + 900
                         ELSE CAST(? AS BIGINT) + (30 << CAST(attempts.failures + 1 - ${free} AS INTEGER)) END,
         failed_at = ?
       WHERE attempts.retry_at <= ?
       RETURNING failures`,
      ...[name, now, now - MEMORY, now - MEMORY, now, now, now, now],
    )
    if (counted.length > 0) return 0
    const [row] = await db.query<{ retry_at: number | string }>('SELECT retry_at FROM attempts WHERE name = ?', name)
    return Math.max(1, Number(row?.retry_at ?? 0) - now)
  }

  return {
    async begin(email, address) {
      await db.query('DELETE FROM attempts WHERE failed_at < ?', clock() - MEMORY)
      const byAddress = await count(nameOf('address', address ?? ''), FREE.address)
      return byAddress > 0 ? byAddress : count(nameOf('account', sameForAll(email)), FREE.account)
    },
    async succeeded(email, address) {
      await db.query('DELETE FROM attempts WHERE name = ?', nameOf('account', sameForAll(email)))
      const name = nameOf('address', address ?? '')
      await db.query('UPDATE attempts SET failures = failures - 1 WHERE name = ? AND failures > 0', name)
    },
  }
}

/** A hash: people type their passwords into the wrong field. */
function nameOf(kind: keyof typeof FREE, value: string): string {
  return `${kind} ${createHash('sha256').update(value).digest('base64url')}`
}
