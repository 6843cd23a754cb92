/** Writes what is derived from the sources: SPECS.md, the page of error codes and those of the providers. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERRORS_PAGE, errorsPage } from './checks/error-codes.ts'
import { PAGES, pagesOf } from './checks/provider-pages.ts'
import { specIndex } from './checks/specs.ts'

const root = join(import.meta.dirname, '..')
writeFileSync(join(root, 'SPECS.md'), specIndex(root))
writeFileSync(join(root, ERRORS_PAGE), errorsPage(root))

rmSync(join(root, PAGES), { recursive: true, force: true })
mkdirSync(join(root, PAGES))
for (const [name, text] of pagesOf(root)) writeFileSync(join(root, PAGES, name), text)
