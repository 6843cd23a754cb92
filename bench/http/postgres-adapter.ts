/**
 * An adapter of oidc-provider on PostgreSQL, for comparison: one row for each object, each call a prepared statement, as its
 * documentation shows for SQL databases. An object is written when it is made and when it is used up, one after the other.
 */

import pg from 'pg'

interface Payload {
  readonly [name: string]: unknown
  readonly grantId?: string
  readonly uid?: string
  readonly userCode?: string
}

/** Creates the table. */
export async function postgresAdapter(connectionString: string) {
  const pool = new pg.Pool({ connectionString, max: 10 })
  pool.on('error', () => undefined) // the database is stopped before the process that uses it ends
  await pool.query(`CREATE TABLE IF NOT EXISTS provider (
    model text, id text, grant_id text, uid text, user_code text, expires_at timestamptz, consumed_at bigint, payload json,
    PRIMARY KEY (model, id))`)
  for (const column of ['grant_id', 'uid', 'user_code', 'expires_at']) {
    await pool.query(
      `CREATE INDEX IF NOT EXISTS provider_${column} ON provider (${column}) WHERE ${column} IS NOT NULL`,
    )
  }
  const run = (name: string, text: string, values: unknown[]) => pool.query({ name, text, values })
  const find = async (column: 'id' | 'uid' | 'user_code', model: string, value: string) => {
    const text = `SELECT payload, consumed_at FROM provider WHERE model = $1 AND ${column} = $2 AND (expires_at IS NULL OR expires_at > now())`
    const [row] = (await run(`find ${column}`, text, [model, value])).rows as {
      payload: Payload
      consumed_at: string | null
    }[]
    return row && { ...row.payload, ...(row.consumed_at !== null && { consumed: Number(row.consumed_at) }) }
  }

  return (model: string) => ({
    async upsert(id: string, payload: Payload, expiresIn?: number) {
      const expires = expiresIn === undefined ? null : new Date(Date.now() + expiresIn * 1000)
      const { grantId = null, uid = null, userCode = null } = payload
      await run(
        'upsert',
        `INSERT INTO provider (model, id, grant_id, uid, user_code, expires_at, payload) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (model, id) DO UPDATE SET grant_id = $3, uid = $4, user_code = $5, expires_at = $6, payload = $7`,
        [model, id, grantId, uid, userCode, expires, JSON.stringify(payload)],
      )
    },
    find: (id: string) => find('id', model, id),
    findByUid: (uid: string) => find('uid', model, uid),
    findByUserCode: (userCode: string) => find('user_code', model, userCode),
    async consume(id: string) {
      const values = [model, id, Math.floor(Date.now() / 1000)]
      await run('consume', 'UPDATE provider SET consumed_at = $3 WHERE model = $1 AND id = $2', values)
    },
    async destroy(id: string) {
      await run('destroy', 'DELETE FROM provider WHERE model = $1 AND id = $2', [model, id])
    },
    async revokeByGrantId(grantId: string) {
      await run('revoke', 'DELETE FROM provider WHERE grant_id = $1', [grantId])
    },
  })
}
