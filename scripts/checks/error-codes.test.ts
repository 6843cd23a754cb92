import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { errorCodes, ERRORS_PAGE, errorsPage } from './error-codes.ts'
import { workspace } from './fixture.ts'

const table = (members: string): Record<string, string> => ({
  'packages/core/src/error-codes.ts': `export interface ErrorCodes {\n${members}\n}`,
  'packages/core/src/use.ts': `fail('timeout'); fail('late'); fail(\`\${name}_not_supported\`)`,
})

function write(root: string): string {
  mkdirSync(join(root, 'docs/guide'), { recursive: true })
  writeFileSync(join(root, ERRORS_PAGE), errorsPage(root))
  return root
}

it('makes the page of the comments', () => {
  const root = workspace(table(`  /** Too slow.\n   * Fix: wait. */\n  timeout: 'client' | 'core'`))
  expect(errorsPage(root)).toContain(
    '## timeout\n\nToo slow. _From clients, requests and configuration._\n\n**What to do:** Wait.\n',
  )
  expect(errorCodes(root)).toEqual([`${ERRORS_PAGE} is stale: run \`pnpm specs\``])
  expect(errorCodes(write(root))).toEqual([])
})

it('finds what is missing, unsorted or used nowhere', () => {
  const members = [
    `  /** Too slow. Fix: wait. */\n  timeout: unknown`,
    `  late: 'core'`,
    `  /** No. Fix: none. */\n  unused: 'core'`,
    `  /** No. Fix: none. */\n  x_not_supported: 'core'`,
  ]
  expect(errorCodes(write(workspace(table(members.join('\n')))))).toEqual(
    [
      'timeout must say where it comes from',
      'late must say what it means, and "Fix:" what to do',
      'late must stand before timeout',
      'unused is used nowhere',
    ].map((fault) => `packages/core/src/error-codes.ts: ${fault}`),
  )
})
