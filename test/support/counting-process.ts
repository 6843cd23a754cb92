/** A process that counts pairs of records up on the database of its first argument, tells of each step, and waits to be killed. */

import { nextOf, PAIR } from './load.ts'
import { openDatabase } from './open-database.ts'

const [, , url = '', name = ''] = process.argv
const { store } = await openDatabase(url)

await Promise.all(
  Array.from({ length: 8 }, async (_, n) => {
    const partition = `${name}${n}`
    const [found] = await store.get(partition, PAIR)
    for (let revision = found?.revision ?? 0; ; revision++) {
      if (!(await store.commit(nextOf(partition, revision)))) throw new Error('lost a step')
      process.send?.({ partition, revision: revision + 1 })
    }
  }),
)
