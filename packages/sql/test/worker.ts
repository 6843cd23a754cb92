/** A process of its own at work on a store file, for the tests with several. Arguments: the file and the task. */

import type { AuthlibError } from '@authlib/core'
import { sqliteStore } from '@authlib/sql/node-sqlite'

const [file = '', task = ''] = process.argv.slice(2)
const store = sqliteStore(file, { busyTimeout: 30 })
const forever = { kind: 'code', expiresAt: 2 ** 40, data: {} }

/** Tells the parent, which may have gone. */
function tell(message: unknown): void {
  process.send?.(message)
}

/** Tries eight times at once to redeem the code of the round, each time for another token. Answers with the winners. */
async function redeem(round: number): Promise<string[]> {
  const partition = `round${round}`
  const tokens = Array.from({ length: 8 }, (_, n) => `token-${process.pid}-${n}`)
  const won = await Promise.all(
    tokens.map((id) => {
      const token = { ...forever, kind: 'token', id, partition, revision: 1, index: { tag: partition } }
      const used = { ...forever, id: 'a', partition, revision: 2 }
      return store.commit({
        ...{ partition, now: 1, remove: [], put: [used, token] },
        expect: [{ kind: 'code', id: 'a', revision: 1 }],
      })
    }),
  )
  return tokens.filter((_, n) => won[n])
}

/** Counts up two records together, for ever, and tells of each step once it is acknowledged. */
async function count(partition: string): Promise<never> {
  const [found] = await store.get(partition, [['code', 'a']])
  for (let revision = found?.revision ?? 0; ; revision++) {
    const expect = ['a', 'b'].map((id) => ({ kind: 'code', id, revision }))
    const put = ['a', 'b'].map((id) => ({ ...forever, id, partition, revision: revision + 1 }))
    if (!(await store.commit({ partition, now: 1, expect, put, remove: [] }))) throw new Error('lost a step')
    tell({ partition, revision: revision + 1 })
  }
}

/** Writes until the database refuses, and tells how far it came, what it was told, and whether it can still read. */
async function fill(): Promise<void> {
  for (let written = 0; ; written++) {
    const id = `${written}`
    const put = [{ ...forever, id, partition: 'p', revision: 1, data: { text: 'x'.repeat(3000) } }]
    try {
      await store.commit({ partition: 'p', now: 1, expect: [], put, remove: [] })
    } catch (error) {
      const { code, status } = error as AuthlibError // sound: stores throw no others
      const [first] = await store.get('p', [['code', '0']])
      tell({ written, code, status, readable: first !== null })
      return
    }
  }
}

if (task === 'redeem') {
  process.on('message', (round: number) => void redeem(round).then((winners) => tell({ round, winners })))
  process.on('disconnect', () => store.close())
  tell('ready')
} else if (task === 'fill') {
  await fill()
} else {
  await Promise.all(Array.from({ length: 16 }, (_, n) => count(`chain${n}`)))
}
