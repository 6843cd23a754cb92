/** Writes what is derived from the sources: SPECS.md and the page of error codes. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERRORS_PAGE, errorsPage } from './checks/error-codes.ts'
import { specIndex } from './checks/specs.ts'

const root = join(import.meta.dirname, '..')
writeFileSync(join(root, 'SPECS.md'), specIndex(root))
writeFileSync(join(root, ERRORS_PAGE), errorsPage(root))
