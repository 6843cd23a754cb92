/**
 * docs/specs: for each rule of a specification the code that carries it out and a test that shows it. No link may be dead, and no
 * demand of the text may be without a rule or an excuse.
 */

import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { requirementTables } from '../requirements/index.ts'
import type { RequirementTable } from '../requirements/table.ts'
import { specifications } from '../specifications.ts'
import { parse } from '../imports.ts'

export const SPEC_PAGES = 'docs/specs'

/** One line for each rule without code or without a test, and for each page that is stale or belongs to no table. */
export function requirements(root: string, tables: readonly RequirementTable[] = requirementTables): string[] {
  const pages = requirementPages(tables)
  const stale = [...pages].filter(([name, text]) => {
    const path = join(root, SPEC_PAGES, name)
    return !existsSync(path) || readFileSync(path, 'utf8') !== text
  })
  const present = globSync('*.md', { cwd: join(root, SPEC_PAGES) })
  return [
    ...tables.flatMap((table) => [...faultsOf(root, table), ...uncovered(table)]),
    ...stale.map(([name]) => `${SPEC_PAGES}/${name} is stale: run \`pnpm specs\``),
    ...present.filter((name) => !pages.has(name)).map((name) => `${SPEC_PAGES}/${name} belongs to no table`),
  ]
}

function faultsOf(root: string, { page, name, rules }: RequirementTable): string[] {
  const known = specifications.some((one) => one.name === name) ? [] : [`${page}: ${name} is not a known specification`]
  const titles = new Map<string, readonly string[]>()
  const faults = rules.flatMap(([section, must, code, test, title]) => {
    const rule = `${page} ${section} "${must}"`
    if (!existsSync(join(root, pathOf(code)))) return [`${rule}: there is no ${pathOf(code)}`]
    const path = join(root, pathOf(test))
    if (!existsSync(path)) return [`${rule}: there is no ${pathOf(test)}`]
    const all = titles.get(path) ?? titlesOf(path)
    titles.set(path, all)
    const isShown = title !== '' && all.some((one) => one.includes(title))
    return isShown ? [] : [`${rule}: no title of a test in ${pathOf(test)} has "${title}"`]
  })
  return [...known, ...faults]
}

/** Demands without a rule or an excuse, ids that the text does not have, and those that have both. */
function uncovered({ page, rules, statements, excused = [] }: RequirementTable): string[] {
  const ruled = new Set(rules.flatMap((rule) => idsOf(rule[5])))
  const excuses = excused.flatMap(([ids]) => idsOf(ids))
  const named = new Set([...ruled, ...excuses, ...excused.flatMap(([, reason]) => reason.match(/[\w.]+#\d+/g) ?? [])])
  const known = Object.keys(statements.demands)
  const all = new Set(known)
  return [
    ...known.filter((id) => !ruled.has(id) && !excuses.includes(id)).map((id) => `${page}: no rule carries out ${id}`),
    ...[...named].filter((id) => !all.has(id)).map((id) => `${page}: the text has no demand ${id}`),
    ...[...new Set(excuses)].filter((id) => ruled.has(id)).map((id) => `${page}: ${id} has a rule and an excuse`),
    ...excuses.filter((id, index) => excuses.indexOf(id) < index).map((id) => `${page}: ${id} has two excuses`),
    ...excused.filter(([, reason]) => reason === '').map(([ids]) => `${page}: the excuse of ${ids} has no reason`),
  ]
}

function idsOf(demands = ''): string[] {
  return demands.split(/\s+/).filter((id) => id !== '')
}

/** Titles of tests, and the rows of the tables that fill them in. */
function titlesOf(file: string): string[] {
  const titles: string[] = []
  const read = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) titles.push(node.text)
    else if (ts.isTemplateExpression(node)) titles.push(node.getText())
    ts.forEachChild(node, read)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isArrayLiteralExpression(node)) {
      read(node)
      return
    }
    if (ts.isCallExpression(node) && /^(describe|it|test)\b/.test(node.expression.getText())) {
      for (const argument of node.arguments.slice(0, 1)) read(argument)
    }
    ts.forEachChild(node, visit)
  }
  visit(parse(file))
  return titles
}

/** The text of each page, by its file name. */
export function requirementPages(tables: readonly RequirementTable[] = requirementTables): ReadonlyMap<string, string> {
  return new Map([['index.md', index(tables)], ...tables.map((table) => [`${table.page}.md`, page(table)] as const)])
}

const NOTICE = '<!-- Written by `pnpm specs` from scripts/requirements: do not edit. -->'
const REPOSITORY = 'https://github.com/authlib/authlib-ts/blob/main/'

function index(tables: readonly RequirementTable[]): string {
  const lines = tables.map(({ page: file, name, rules, statements }) => {
    return `- [${name}](./${file}): ${rules.length} rules for ${Object.keys(statements.demands).length} demands`
  })
  const intro =
    'What a specification demands, in our words, with the code that carries it out and a test that shows it. A link that is dead fails the build.'
  return `${['# Rules of specifications', NOTICE, intro, lines.join('\n')].join('\n\n')}\n`
}

function page({ name, rules, statements, excused = [] }: RequirementTable): string {
  const { title, url } = specifications.find((one) => one.name === name) ?? { title: name, url: '' }
  const rows = rules.map(([section, must, code, test, words, demands]) => {
    const ids = idsOf(demands)
    return [[section, ...ids].join('<br>'), must, link(code), `${link(test)}<br>${words}`]
  })
  const parts = [
    ...[`# ${title}`, NOTICE, `[The specification](${url}).`],
    completeness(Object.keys(statements.demands).length),
    tableOf(['Section', 'Rule', 'Code', 'Test'], rows),
  ]
  if (excused.length > 0) {
    const reasons = excused.map(([ids, reason]) => [idsOf(ids).join(' '), reason])
    parts.push('## Demands without a rule', tableOf(['Demands', 'Why'], reasons))
  }
  return `${parts.join('\n\n')}\n`
}

function completeness(count: number): string {
  return `The text has ${count} sentences with MUST, SHALL or REQUIRED. Each has a rule here, or a reason below. \`3#2\` is the second such sentence of section 3.`
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))]
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n')
}

function link(file: string): string {
  const path = pathOf(file)
  return `[${path.slice(path.lastIndexOf('/') + 1)}](${REPOSITORY}${path})`
}

/** A title of a test is shown as it is: no HTML, no links. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('{', '&#123;')
}

/** Files of packages are named without `packages` and `src`; others from the root, with a slash before. */
function pathOf(file: string): string {
  if (file.startsWith('/')) return file.slice(1)
  const [name = '', ...rest] = file.split('/')
  return `packages/${name}/src/${rest.join('/')}`
}
