/** Opening a SQLite file so that several processes may write to it and nothing acknowledged is lost. */

import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AuthlibError } from '@authlib/core'
import { storeUnavailable } from '@authlib/core/kit'
import { isBusy, migrate } from './database.ts'
import { sqliteMigrations } from './migrations.ts'

export interface OpenOptions {
  readonly prefix: string
  readonly synchronous: 'full' | 'normal'
  /** How long to wait for other processes, in seconds. */
  readonly patience: number
  /** Permissions of the files, at most. */
  readonly mode: number
}

/**
 * Opens the file, creating it if need be, and brings its tables up to date.
 * @throws AuthlibError `store_unavailable` (503), `insecure_file`, `schema_too_new`
 */
export function openDatabase(path: string, { prefix, synchronous, patience, mode }: OpenOptions): DatabaseSync {
  const file = path === ':memory:' ? path : resolve(path) // absolute, because SQLite takes `file:…` for a URL
  let database: DatabaseSync | undefined
  try {
    if (file !== ':memory:') protect(file, mode)
    const opened = (database = new DatabaseSync(file))
    whenFree(patience, () => {
      opened.exec('PRAGMA journal_mode = wal')
      opened.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA fullfsync = on`) // plain fsync is not enough on macOS
      migrate(opened, sqliteMigrations(prefix), prefix)
    })
    return opened
  } catch (error) {
    database?.close()
    throw storeUnavailable(error)
  }
}

/** Creates the file, or takes away permissions that it has beyond `mode`. SQLite gives the files beside it the same. */
function protect(file: string, mode: number): void {
  closeSync(openSync(file, 'a', mode))
  if (process.platform === 'win32') return
  for (const each of [file, `${file}-wal`, `${file}-shm`]) {
    if (!existsSync(each)) continue
    const loose = statSync(each).mode & 0o777 & ~mode
    if (loose !== 0) tighten(each, mode)
  }
}

function tighten(file: string, mode: number): void {
  try {
    chmodSync(file, statSync(file).mode & mode)
  } catch (cause) {
    throw new AuthlibError(
      'insecure_file',
      'The database file is open to other users, and its mode cannot be changed',
      {
        hint: 'Run chmod 600 on it as its owner, or pass the `mode` that you want.',
        reason: file,
        cause,
      },
    )
  }
}

const PAUSE = 1 // milliseconds

/** Waits as SQLite would, for the statements whose lock it does not wait for. */
function whenFree(patience: number, action: () => void): void {
  const deadline = performance.now() + patience * 1000
  for (;;) {
    try {
      action()
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE)
    }
  }
}
