/**
 * Writes what is derived from the sources: SPECS.md, the pages of error codes, of parity and of reports, those of the providers and of the
 * rules.
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERRORS_PAGE, errorsPage } from './checks/error-codes.ts'
import { tablePage, testTables } from './checks/parity.ts'
import { PAGES, pagesOf } from './checks/provider-pages.ts'
import { requirementPages, SPEC_PAGES } from './checks/requirements.ts'
import { specIndex } from './checks/specs.ts'

const root = join(import.meta.dirname, '..')
writeFileSync(join(root, 'SPECS.md'), specIndex(root))
writeFileSync(join(root, ERRORS_PAGE), errorsPage(root))
for (const table of testTables) writeFileSync(join(root, table.page), tablePage(root, table))

writePages(PAGES, pagesOf(root))
writePages(SPEC_PAGES, requirementPages())

function writePages(folder: string, pages: ReadonlyMap<string, string>): void {
  rmSync(join(root, folder), { recursive: true, force: true })
  mkdirSync(join(root, folder))
  for (const [name, text] of pages) writeFileSync(join(root, folder, name), text)
}
