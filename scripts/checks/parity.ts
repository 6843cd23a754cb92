/** docs/parity.md: for each row of what other libraries can do, the tests that show it, or why there is none. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJson } from '../workspace.ts'

export const PARITY_PAGE = 'docs/parity.md'
const ROWS = 'docs/parity.json'

interface Table {
  readonly sections: readonly Section[]
}

interface Section {
  readonly title: string
  /** Whose rows these are. */
  readonly from: string
  readonly rows: readonly Row[]
}

interface Row {
  readonly id: string
  /** A few plain words. */
  readonly what: string
  readonly tests?: readonly NamedTest[]
  /** Instead of tests: `not built`, what it `waits` for, or what is there in its place. */
  readonly reason?: string
}

interface NamedTest {
  readonly file: string
  /** A part of the title. */
  readonly title: string
}

/** One line for each row that is not in order, for each test that does not exist, and when the page is stale. */
export function parity(root: string): string[] {
  if (!existsSync(join(root, ROWS))) return []
  const { sections } = readTable(root)
  const rows = sections.flatMap((section) => section.rows)
  const seen = new Set<string>()
  const faults = rows.flatMap((row) => {
    const twice = seen.has(row.id) ? [`${row.id} stands there twice`] : []
    seen.add(row.id)
    return [...twice, ...faultsOfRow(root, row)]
  })
  const path = join(root, PARITY_PAGE)
  const current = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const stale = current === parityPage(root) ? [] : [`${PARITY_PAGE} is stale: run \`pnpm specs\``]
  return [...faults.map((fault) => `${ROWS}: ${fault}`), ...stale]
}

/** The text of the page. Empty without rows. */
export function parityPage(root: string): string {
  if (!existsSync(join(root, ROWS))) return ''
  const { sections } = readTable(root)
  const rows = sections.flatMap((section) => section.rows)
  const shown = rows.filter(({ tests }) => tests !== undefined).length
  return [
    '# Parity',
    `<!-- Written by \`pnpm specs\` from ${ROWS}: do not edit. -->`,
    `What Authlib for Python and other libraries can do, row by row, with a test of ours that shows the same. ${shown} of ${rows.length} rows have one; the others say why not. The ids stand in the titles of many tests.`,
    ...sections.flatMap(({ title, from, rows: own }) => [
      `## ${title}`,
      `Rows of ${from}.`,
      ['| id | what | shown by |', '| --- | --- | --- |', ...own.map(line)].join('\n'),
    ]),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n')
}

function readTable(root: string): Table {
  return readJson(join(root, ROWS)) as Table // checked row by row
}

function faultsOfRow(root: string, { id, tests, reason }: Row): string[] {
  if ((tests === undefined || tests.length === 0) === (reason === undefined))
    return [`${id} needs tests or a reason, and not both`]
  return (tests ?? []).flatMap(({ file, title }) => {
    if (!existsSync(join(root, file))) return [`${id} names ${file}, which does not exist`]
    const text = readFileSync(join(root, file), 'utf8')
    return text.includes(title) ? [] : [`${id}: ${file} has no test "${title}"`]
  })
}

function line({ id, what, tests, reason = '' }: Row): string {
  const shown = tests?.map(
    ({ file, title }) => `[${cell(title)}](https://github.com/authlib/authlib-ts/blob/main/${file})`,
  )
  return `| ${id} | ${cell(what)} | ${shown?.join('<br>') ?? cell(reason)} |`
}

/** Nothing in a cell is markup. */
function cell(text: string): string {
  return text.replace(/[|<>\\[\]{}*_$]/g, (character) => `&#${character.charCodeAt(0)};`)
}
