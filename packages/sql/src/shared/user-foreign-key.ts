/** The words of a foreign key from the subjects to the table of users. */

/** Which users the subjects of the records are. */
export interface UserForeignKeyOptions {
  /** The table of users, such as `public.users`. */
  readonly users: string
  /** Its key, which is what the application passes as `subject`. Default `id`. */
  readonly column?: string | undefined
  /** The type of that key, such as `bigint`, `uuid` or `integer`. */
  readonly type: string
}

/** SQL that adds the foreign key, and SQL that takes it away. */
export interface UserForeignKey {
  readonly add: string
  readonly drop: string
}
