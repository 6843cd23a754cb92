/** Writes SPECS.md. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { specIndex } from './checks/specs.ts'

const root = join(import.meta.dirname, '..')
writeFileSync(join(root, 'SPECS.md'), specIndex(root))
