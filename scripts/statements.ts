/**
 * Demands of a specification: prints them, writes their list for `scripts/requirements`, or compares the lists with the texts.
 *
 *     node scripts/statements.ts openid-connect-core-1_0.txt
 *     node scripts/statements.ts --write openid-connect-core-1_0.txt openid-connect-core
 *     node scripts/statements.ts --check folder-of-the-texts
 */

import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { statementsIn } from './checks/statements.ts'
import type { Inventory } from './requirements/table.ts'

const LISTS = join(import.meta.dirname, 'requirements/statements')

const [first = '', second = '', page = ''] = process.argv.slice(2)
if (first === '--write') writeFileSync(listOf(page), `${JSON.stringify(inventoryOf(second), undefined, 2)}\n`)
else if (first === '--check') check(second)
else
  for (const { id, fingerprint, text } of statementsIn(readFileSync(first, 'utf8')))
    console.log(`${id}  ${fingerprint}  ${text}`)

function check(folder: string): void {
  for (const name of globSync('*.json', { cwd: LISTS }).toSorted()) {
    const list = readFileSync(join(LISTS, name), 'utf8')
    const { text } = JSON.parse(list) as Inventory
    const path = join(folder, text)
    const fault = !existsSync(path)
      ? 'is not in that folder'
      : list === `${JSON.stringify(inventoryOf(path), undefined, 2)}\n`
        ? ''
        : 'has other demands: read what has changed, then write the list again'
    console.log(`${fault === '' ? '✓' : '✗'} ${text} ${fault}`.trim())
    if (fault !== '') process.exitCode = 1
  }
}

function inventoryOf(path: string): Inventory {
  const demands = statementsIn(readFileSync(path, 'utf8')).map(({ id, fingerprint }) => [id, fingerprint] as const)
  return { text: basename(path), demands: Object.fromEntries(demands) }
}

function listOf(name: string): string {
  if (!/^[a-z0-9-]+$/.test(name)) throw new Error('Name the file of the text, and the page of docs/specs')
  return join(LISTS, `${name}.json`)
}
