import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { workspace } from './fixture.ts'
import { threatModel } from './threat-model.ts'

const PAGE = 'docs/guide/threat-model.md'
const page = readFileSync(join(import.meta.dirname, '../..', PAGE), 'utf8')
const row = (section: string, tests: string): string => `| §${section} | attack | defence | ${tests} |\n`

/** A page with a row for every section; `changed` takes the place of the one of §4.12. */
function faults(changed: string): string[] {
  const sections = [...page.matchAll(/^\| §([\d.]+)/gm)].map(([, section = '']) => section)
  const rows = sections.map((section) => (section === '4.12' ? changed : row(section, '`a.test.ts`: works')))
  const root = workspace({
    [PAGE]: rows.join(''),
    'a.test.ts': "it('works', run)\nit('doesn\\'t redirect by 307', run)",
  })
  return threatModel(root)
}

it('accepts tests that are there', () => {
  expect(faults(row('4.12', "`a.test.ts`: works <br> `a.test.ts`: doesn't redirect by 307"))).toEqual([])
})

it('finds a section without a row', () => {
  expect(faults('')).toEqual([`${PAGE}: §4.12 has no row`])
})

it.each([
  ['no test', 'none', '§4.12 names no test'],
  ['a file that is not there', '`b.test.ts`: works', 'there is no b.test.ts'],
  ['a title that is not there', '`a.test.ts`: work', 'a.test.ts has no test "work"'],
  ['a second title that is not there', '`a.test.ts`: works <br> `a.test.ts`: x', 'a.test.ts has no test "x"'],
])('finds a row with %s', (_what, tests, fault) => {
  expect(faults(row('4.12', tests))).toEqual([`${PAGE}: ${fault}`])
})

it('finds that the page itself is missing', () => {
  expect(threatModel(workspace({}))).toContain(`${PAGE}: §4.1 has no row`)
})
