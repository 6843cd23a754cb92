/** The page of all error codes: made of the comments in core's `error-codes.ts`, complete and without leftovers. */

import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { parse } from '../imports.ts'

const SOURCE = 'packages/core/src/error-codes.ts'
export const ERRORS_PAGE = 'docs/guide/errors.md'

interface Entry {
  readonly code: string
  readonly meaning: string
  readonly fix: string
  readonly origins: readonly string[]
}

/** One line for each code without meaning, remedy or origin, out of order, or used nowhere, and for a stale page. */
export function errorCodes(root: string): string[] {
  const entries = readEntries(root)
  const literals = literalsOf(root)
  const faults = entries.flatMap(({ code, meaning, fix, origins }, index) => [
    ...(meaning === '' || fix === '' ? [`${code} must say what it means, and "Fix:" what to do`] : []),
    ...(origins.length === 0 ? [`${code} must say where it comes from`] : []),
    ...(code < (entries[index - 1]?.code ?? '') ? [`${code} must stand before ${entries[index - 1]?.code}`] : []),
    ...(literals.has(code) ? [] : [`${code} is used nowhere`]),
  ])
  const path = join(root, ERRORS_PAGE)
  const current = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const stale = current !== render(entries)
  return [
    ...faults.map((fault) => `${SOURCE}: ${fault}`),
    ...(stale ? [`${ERRORS_PAGE} is stale: run \`pnpm specs\``] : []),
  ]
}

/** The text of the page as it has to be. */
export function errorsPage(root: string): string {
  return render(readEntries(root))
}

function readEntries(root: string): readonly Entry[] {
  const file = parse(join(root, SOURCE))
  const table = file.statements.filter(ts.isInterfaceDeclaration).find(({ name }) => name.text === 'ErrorCodes')
  return [...(table?.members ?? [])]
    .filter((member) => ts.isPropertySignature(member))
    .map((member) => {
      const [meaning = '', fix = ''] = commentOf(member).split(/\s*\bFix: /)
      const origins = [...(member.type?.getText(file) ?? '').matchAll(/'(\w+)'/g)].map(([, origin]) => origin!)
      return { code: member.name.getText(file), meaning, fix, origins }
    })
}

function commentOf(member: ts.PropertySignature): string {
  const [doc] = ts.getJSDocCommentsAndTags(member)
  return doc !== undefined && ts.isJSDoc(doc)
    ? (ts.getTextOfJSDocComment(doc.comment) ?? '').replaceAll(/\s+/g, ' ')
    : ''
}

/** Every string that the sources write, and both ends of templates: `${name}_not_supported` is several codes. */
function literalsOf(root: string): { has(code: string): boolean } {
  const whole = new Set<string>()
  const suffixes = new Set<string>()
  const files = globSync('packages/*/src/**/*.ts', {
    cwd: root,
    exclude: (path) => path.includes('node_modules'),
  })
  for (const path of files) {
    if (path.replaceAll('\\', '/') === SOURCE) continue
    for (const [, literal] of readFileSync(join(root, path), 'utf8').matchAll(/'([a-z_]+)'/g)) whole.add(literal!)
    for (const [, suffix] of readFileSync(join(root, path), 'utf8').matchAll(/`\$\{\w+\}(_[a-z_]+)`/g))
      suffixes.add(suffix!)
  }
  return { has: (code) => whole.has(code) || [...suffixes].some((suffix) => code.endsWith(suffix)) }
}

const ORIGINS: Readonly<Record<string, string>> = {
  client: 'clients',
  core: 'requests and configuration',
  jose: 'JOSE',
  resource: 'resource servers',
  server: 'authorization servers',
  store: 'stores',
}

function render(entries: readonly Entry[]): string {
  const sections = entries.map(({ code, meaning, fix, origins }) => {
    const from = origins.map((origin) => ORIGINS[origin] ?? origin).join(', ')
    return [
      `## ${code}`,
      `${meaning} _From ${from}._`,
      `**What to do:** ${fix[0]?.toUpperCase() ?? ''}${fix.slice(1)}`,
    ].join('\n\n')
  })
  return `${[
    '# Error codes',
    'Every error of the library is an `AuthlibError`. Switch on its `code`: it is stable. `message` says what happened, `hint` what to do about it, `reason` has details for logs and is never sent, `cause` is the error behind it, `status` is the HTTP status it is answered with.',
    'A wrong argument, such as an option of the wrong type, is a `TypeError` instead.',
    '<!-- Written by `pnpm specs` from packages/core/src/error-codes.ts: do not edit. -->',
    ...sections,
  ].join('\n\n')}\n`
}
