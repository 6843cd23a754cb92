/** Runs before the package is packed: copies the examples that templates are made of into the package. */

import { cpSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { frameworks } from './generate.ts'

const target = join(import.meta.dirname, '../templates')
const LEFT = ['node_modules', '.next', '.env', '.gitignore', 'README.md', 'next-env.d.ts']

rmSync(target, { recursive: true, force: true })
for (const framework of frameworks) {
  const example = join(import.meta.dirname, '../../../examples', framework)
  const filter = (path: string): boolean => !LEFT.includes(basename(path)) && !/\.db(-\w+)?$/.test(path)
  cpSync(example, join(target, framework), { recursive: true, filter })
}
