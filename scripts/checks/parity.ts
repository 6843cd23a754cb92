/** Pages that name, for each row of a table, the tests that show it, or why there is none. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJson } from '../workspace.ts'

/** A page, and the rows that it is written from. */
export interface TestTable {
  readonly page: string
  readonly rows: string
  readonly title: string
  /** What the rows are, and how many of them have a test. */
  readonly intro: (shown: number, all: number) => string
}

export const parityTable: TestTable = {
  page: 'docs/parity.md',
  rows: 'docs/parity.json',
  title: 'Parity',
  intro: (shown, all) =>
    `What Authlib for Python and other libraries can do, row by row, with a test of ours that shows the same. ${shown} of ${all} rows have one; the others say why not. The ids stand in the titles of many tests.`,
}

export const reportsTable: TestTable = {
  page: 'docs/reports.md',
  rows: 'docs/reports.json',
  title: 'Reports',
  intro: (shown, all) =>
    `What users of other libraries reported in public, what an audit found, and what a newcomer ran into, row by row, with the tests that keep it right. ${shown} of ${all} rows have one; the others say why not.`,
}

export const testTables: readonly TestTable[] = [parityTable, reportsTable]

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

/** One line for each row that is not in order, for each test that does not exist, and when a page is stale. */
export function parity(root: string): string[] {
  return testTables.flatMap((table) => faultsOfTable(root, table))
}

function faultsOfTable(root: string, table: TestTable): string[] {
  if (!existsSync(join(root, table.rows))) return []
  const rows = readTable(root, table).sections.flatMap((section) => section.rows)
  const seen = new Set<string>()
  const faults = rows.flatMap((row) => {
    const twice = seen.has(row.id) ? [`${row.id} stands there twice`] : []
    seen.add(row.id)
    return [...twice, ...faultsOfRow(root, row)]
  })
  const path = join(root, table.page)
  const current = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const stale = current === tablePage(root, table) ? [] : [`${table.page} is stale: run \`pnpm specs\``]
  return [...faults.map((fault) => `${table.rows}: ${fault}`), ...stale]
}

/** The text of the page. Empty without rows. */
export function tablePage(root: string, table: TestTable): string {
  if (!existsSync(join(root, table.rows))) return ''
  const { sections } = readTable(root, table)
  const rows = sections.flatMap((section) => section.rows)
  const shown = rows.filter(({ tests }) => tests !== undefined).length
  return [
    `# ${table.title}`,
    `<!-- Written by \`pnpm specs\` from ${table.rows}: do not edit. -->`,
    table.intro(shown, rows.length),
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

function readTable(root: string, { rows }: TestTable): Table {
  return readJson(join(root, rows)) as Table // checked row by row
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
