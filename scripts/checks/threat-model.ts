/** The threat model: each defence names a test, by its file and its title, which must be there. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const THREAT_MODEL = 'docs/guide/threat-model.md'

/** Sections of RFC 9700 §4 that describe an attack. */
const SECTIONS = [
  ...[
    '4.1',
    '4.2.1',
    '4.2.2',
    '4.3.1',
    '4.3.2',
    '4.4',
    '4.5',
    '4.6',
    '4.7',
    '4.8',
    '4.9.1',
    '4.9.2',
    '4.10.1',
    '4.10.2',
  ],
  ...['4.10.3', '4.11.1', '4.11.2', '4.12', '4.13', '4.14', '4.15', '4.16', '4.17'],
]

/** One line for each section without a row, row without a test, and test that is not there. */
export function threatModel(root: string): string[] {
  const page = existsSync(join(root, THREAT_MODEL)) ? readFileSync(join(root, THREAT_MODEL), 'utf8') : ''
  const rows = page.split('\n').filter((line) => line.startsWith('| §'))
  const named = rows.map((row) => /^\| §([\d.]+)/.exec(row)?.[1] ?? '')
  const missing = SECTIONS.filter((section) => !named.includes(section)).map((section) => `§${section} has no row`)
  const faults = rows.flatMap((row, index) => {
    const tests = [...row.matchAll(/`([^`]+\.test\.ts)`: ([^<|]+)/g)]
    if (tests.length === 0) return [`§${named[index]} names no test`]
    return tests.flatMap(([, file = '', title = '']) => faultOf(root, file, title.trim()))
  })
  return [...missing, ...faults].map((fault) => `${THREAT_MODEL}: ${fault}`)
}

function faultOf(root: string, file: string, title: string): string[] {
  if (!existsSync(join(root, file))) return [`there is no ${file}`]
  const literals = ["'", '"', '`'].map((quote) => `${quote}${title}${quote}`)
  const text = readFileSync(join(root, file), 'utf8').replaceAll(String.raw`\'`, "'")
  return literals.some((literal) => text.includes(literal)) ? [] : [`${file} has no test "${title}"`]
}
