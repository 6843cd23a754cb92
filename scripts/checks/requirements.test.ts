import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { RequirementTable } from '../requirements/table.ts'
import { workspace } from './fixture.ts'
import { requirementPages, requirements, SPEC_PAGES } from './requirements.ts'

const none = { text: 'core.txt', demands: {} }
const table = (...rules: RequirementTable['rules']): RequirementTable[] => [
  { page: 'core', name: 'OpenID Connect Core', rules, statements: none },
]
const good = ['§2', 'It has a sub', 'oidc/a.ts', 'oidc/a.test.ts', 'has a sub'] as const

/** A repository with the pages of these tables. */
function written(tables: readonly RequirementTable[]): string {
  const root = workspace({
    'packages/oidc/src/a.ts': 'export const a = 1\n',
    'packages/oidc/src/a.test.ts': "it('has a sub (Core §2)', () => {})\nit.each([['row one', 1]])('%s', () => {})\n",
  })
  mkdirSync(join(root, SPEC_PAGES), { recursive: true })
  for (const [name, text] of requirementPages(tables)) writeFileSync(join(root, SPEC_PAGES, name), text)
  return root
}

it('is content with rules that have code and a test, and pages that are written', () => {
  const tables = table(good, ['§3', 'It has a row', 'oidc/a.ts', 'oidc/a.test.ts', 'row one'])
  expect(requirements(written(tables), tables)).toEqual([])
})

it('names rules without code, without a file of tests, and without the test', () => {
  const tables = table(
    ['§1', 'no code', 'oidc/b.ts', 'oidc/a.test.ts', 'has a sub'],
    ['§2', 'no file', 'oidc/a.ts', 'oidc/b.test.ts', 'has a sub'],
    ['§3', 'no test', 'oidc/a.ts', 'oidc/a.test.ts', 'has no sub'],
    ['§4', 'no title', 'oidc/a.ts', 'oidc/a.test.ts', ''],
  )
  expect(requirements(written(tables), tables)).toEqual([
    'core §1 "no code": there is no packages/oidc/src/b.ts',
    'core §2 "no file": there is no packages/oidc/src/b.test.ts',
    'core §3 "no test": no title of a test in packages/oidc/src/a.test.ts has "has no sub"',
    'core §4 "no title": no title of a test in packages/oidc/src/a.test.ts has ""',
  ])
})

it('names pages that are stale or left over, and specifications that no one knows', () => {
  const root = written(table(good))
  writeFileSync(join(root, SPEC_PAGES, 'old.md'), 'x')
  const tables = [{ page: 'core', name: 'OpenID Connect Ghost', rules: [good], statements: none }]
  expect(requirements(root, tables)).toEqual([
    'core: OpenID Connect Ghost is not a known specification',
    'docs/specs/index.md is stale: run `pnpm specs`',
    'docs/specs/core.md is stale: run `pnpm specs`',
    'docs/specs/old.md belongs to no table',
  ])
})

it('names demands without a rule, unknown ones, and those with two answers', () => {
  const statements = {
    text: 'core.txt',
    demands: { '2#1': 'aaaaaaaa', '2#2': 'bbbbbbbb', '2#3': 'cccccccc', '3#1': 'dddddddd' },
  }
  const rules = [[...good, '2#1 2#3']] as const
  const whole = [
    { page: 'core', name: 'OpenID Connect Core', rules, statements, excused: [['2#2 3#1', 'repeats 2#1']] as const },
  ]
  expect(requirements(written(whole), whole)).toEqual([])

  const excused = [
    ['2#1 5#1', 'repeats 9#9'],
    ['5#1', ''],
  ] as const
  const broken = [
    { page: 'core', name: 'OpenID Connect Core', rules: [[...good, '2#1 4#1']] as const, statements, excused },
  ]
  expect(requirements(written(broken), broken)).toEqual([
    'core: no rule carries out 2#2',
    'core: no rule carries out 2#3',
    'core: no rule carries out 3#1',
    'core: the text has no demand 4#1',
    'core: the text has no demand 5#1',
    'core: the text has no demand 9#9',
    'core: 2#1 has a rule and an excuse',
    'core: 5#1 has two excuses',
    'core: the excuse of 5#1 has no reason',
  ])
})

it('shows the demands of a rule, and why others have none', () => {
  const statements = { text: 'core.txt', demands: { '2#1': 'aaaaaaaa', '2#2': 'bbbbbbbb' } }
  const rules = [[...good, '2#1']] as const
  const tables = [
    { page: 'core', name: 'OpenID Connect Core', rules, statements, excused: [['2#2', 'a definition']] as const },
  ]
  const pages = requirementPages(tables)
  expect(pages.get('index.md')).toContain('(./core): 1 rules for 2 demands')
  expect(pages.get('core.md')).toContain('| §2<br>2#1 | It has a sub |')
  expect(pages.get('core.md')).toContain(
    '## Demands without a rule\n\n| Demands | Why |\n| --- | --- |\n| 2#2 | a definition |\n',
  )
})
