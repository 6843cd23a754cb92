/** Running migrations on a server that several processes may migrate at once. */

import { AuthlibError } from '@authlib/core'
import { storeUnavailable } from '@authlib/core/kit'
import type { Migration } from './migrations.ts'

export interface MigrationRunner {
  /** How many migrations have been applied; 0 when there are no tables. */
  version(): Promise<number>
  /** Runs the SQL of one migration, in one transaction if the database has them for tables. */
  run(sql: string): Promise<unknown>
}

/**
 * Applies what is missing.
 * @throws AuthlibError `schema_too_new`, `store_unavailable` (503)
 */
export async function migrateTables(migrations: readonly Migration[], runner: MigrationRunner): Promise<void> {
  try {
    for (let version = await runner.version(); version !== migrations.length; version++) {
      if (version > migrations.length) throw tooNew()
      await step(migrations[version]!, runner)
    }
  } catch (error) {
    throw storeUnavailable(error)
  }
}

async function step({ version, up }: Migration, runner: MigrationRunner): Promise<void> {
  try {
    await runner.run(up)
  } catch (error) {
    if (!(await otherWasFaster(version, runner))) throw error
  }
}

/** Another process may be at the same step: the tables it creates are in the way until it has finished. */
async function otherWasFaster(version: number, runner: MigrationRunner): Promise<boolean> {
  for (let n = 0; n < 20; n++) {
    if ((await runner.version()) >= version) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}

function tooNew(): AuthlibError {
  return new AuthlibError('schema_too_new', 'The tables were made by a later version of this package', {
    hint: 'Install the version of @authlib/sql that the other processes use.',
  })
}
