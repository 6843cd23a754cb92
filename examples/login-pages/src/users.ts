/** The user table. */

import { randomUUID } from 'node:crypto'
import type { Clock } from '@authlib/core'
import type { Database } from './database.ts'
import { hashPassword, isOutdated, isPassword } from './passwords.ts'

export interface User {
  /** Never changes and is never used again: the `sub` of tokens. */
  readonly id: string
  readonly email: string
  readonly name: string
}

type Row = User & { readonly password: string }

export interface Users {
  find(id: string): Promise<User | null>
  findByEmail(email: string): Promise<User | null>
  /** Null: somebody has this address already. */
  create(user: Omit<User, 'id'>, password: string): Promise<User | null>
  /** The user with this address, if the password is right. */
  check(email: string, password: string): Promise<User | null>
  changePassword(id: string, password: string): Promise<void>
}

export function userTable(db: Database, clock: Clock): Users {
  const rowOf = async (column: 'id' | 'email', value: string): Promise<Row | undefined> =>
    (await db.query<Row>(`SELECT id, email, name, password FROM users WHERE ${column} = ?`, value))[0]
  const store = async (id: string, password: string): Promise<void> => {
    await db.query('UPDATE users SET password = ? WHERE id = ?', await hashPassword(password), id)
  }
  return {
    find: async (id) => publicPart(await rowOf('id', id)),
    findByEmail: async (email) => publicPart(await rowOf('email', sameForAll(email))),
    async create({ email, name }, password) {
      const user = { id: randomUUID(), email: sameForAll(email), name }
      const created = await db.query(
        'INSERT INTO users (id, email, name, password, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id',
        ...[user.id, user.email, name, await hashPassword(password), clock()],
      )
      return created.length === 1 ? user : null
    },
    async check(email, password) {
      const row = await rowOf('email', sameForAll(email))
      if (!(await isPassword(password, row?.password)) || row === undefined) return null
      if (isOutdated(row.password)) await store(row.id, password)
      return publicPart(row)
    },
    changePassword: store,
  }
}

function publicPart(row: Row | undefined): User | null {
  return row === undefined ? null : { id: row.id, email: row.email, name: row.name }
}

/** One account for an address, however it is typed. */
export function sameForAll(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase()
}
