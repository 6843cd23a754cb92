/** What stores on SQL databases can do beyond the contract. */

import { AuthlibError, type Store } from '@authlib/core'

/** A store on a SQL database. */
export interface SqlStore extends Store {
  /**
   * Creates the tables, or brings them up to date. Processes that do it at once do not disturb each other.
   * @throws AuthlibError `schema_too_new`, `store_unavailable` (503)
   */
  migrate(): Promise<void>
  /** How many migrations have been applied; 0 when there are no tables. */
  version(): Promise<number>
  /**
   * Deletes everything that belongs to a subject: sessions, consents, authorizations, and their codes and tokens. Returns how
   * many records. The subject must not be able to log in any more, or new ones come.
   * @throws AuthlibError `store_unavailable` (503)
   */
  eraseSubject(subject: string): Promise<number>
}

/** For a database that does not know the tables. */
export function schemaMissing(cause: unknown): AuthlibError {
  return new AuthlibError('schema_missing', 'The tables of the store are missing or out of date', {
    status: 503,
    hint: 'Run the migrations: `await store.migrate()`, or `npx authlib-sql migrate`.',
    cause,
  })
}
