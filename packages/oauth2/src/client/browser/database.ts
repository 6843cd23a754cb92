/** One table of IndexedDB, which all tabs of an origin share. */

export interface BrowserDatabase {
  get(key: string): Promise<unknown>
  /**
   * Writes what `change` makes of what is there; undefined removes it, and what it was leaves it. One transaction: of two tabs
   * one comes first. Resolves with what is there then.
   */
  update(key: string, change: (before: unknown) => unknown): Promise<unknown>
}

const TABLE = 'values'

/** Opened at first use, so that it may be named where there is no IndexedDB, such as in server rendering. */
export function browserDatabase(name: string): BrowserDatabase {
  let opened: Promise<IDBDatabase> | undefined

  async function transact<T>(mode: IDBTransactionMode, run: (table: IDBObjectStore, done: (value: T) => void) => void) {
    const database = await (opened ??= open(name))
    return new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(TABLE, mode)
      let result: T
      transaction.oncomplete = () => resolve(result)
      transaction.onabort = () => reject(failure(transaction.error))
      run(transaction.objectStore(TABLE), (value) => (result = value))
    })
  }

  return {
    get: (key) =>
      transact('readonly', (table, done) => {
        const read = table.get(key)
        read.onsuccess = () => done(read.result)
      }),
    update: (key, change) =>
      transact('readwrite', (table, done) => {
        const read: IDBRequest<unknown> = table.get(key)
        read.onsuccess = () => {
          const before = read.result
          const after = change(before)
          if (after === undefined) table.delete(key)
          else if (after !== before) table.put(after, key)
          done(after)
        }
      }),
  }
}

function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(failure(request.error))
  })
}

function failure(error: DOMException | null): Error {
  return error ?? new Error('The transaction was aborted')
}
