/** SPECS.md: which files carry out a specification, and which tests cite it. */

import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { parse } from '../imports.ts'
import { findCitations, isKnown, parseCitation, specifications } from '../specifications.ts'

const SOURCES = ['packages/*/src/**/*.ts', 'examples/*/src/**/*.ts']
const TESTS = [...SOURCES, 'test/**/*.ts', 'examples/*/test/**/*.ts']

interface Index {
  /** Specification → file → sections. */
  readonly sources: Map<string, Map<string, Set<string>>>
  /** Specification → files with a test that cites it. */
  readonly tests: Map<string, Set<string>>
  readonly faults: readonly string[]
}

/** One line for each tag that cannot be read, and one when SPECS.md is not what would be written now. */
export function specs(root: string): string[] {
  const { faults, ...index } = readIndex(root)
  const path = join(root, 'SPECS.md')
  const current = existsSync(path) ? readFileSync(path, 'utf8') : ''
  return [...faults, ...(current === render(index) ? [] : ['SPECS.md is stale: run `pnpm specs`'])]
}

/** The text of SPECS.md as it has to be. */
export function specIndex(root: string): string {
  return render(readIndex(root))
}

function readIndex(root: string): Index {
  const sources: Index['sources'] = new Map()
  const tests: Index['tests'] = new Map()
  const faults: string[] = []
  for (const file of list(root, SOURCES)) {
    for (const text of tagsOf(readFileSync(join(root, file), 'utf8'))) {
      const citation = parseCitation(text)
      if (citation === undefined || !isKnown(citation.name)) {
        faults.push(`${file}: @spec ${text} is not a specification that scripts/specifications.ts knows, with sections`)
      } else {
        const sections = ensure(ensure(sources, citation.name, Map<string, Set<string>>), file, Set<string>)
        for (const section of citation.sections) sections.add(section)
      }
    }
  }
  for (const file of list(root, TESTS)) {
    for (const { name } of titlesOf(join(root, file)).flatMap(findCitations)) {
      if (isKnown(name)) ensure(tests, name, Set<string>).add(file)
      else faults.push(`${file}: a test cites ${name}, which scripts/specifications.ts does not know`)
    }
  }
  return { sources, tests, faults }
}

/** What stands behind `@spec` in doc comments. Several on one line are parted by a semicolon. */
function tagsOf(text: string): string[] {
  const comments = text.match(/\/\*\*[\s\S]*?\*\//g) ?? []
  return comments
    .flatMap((comment) => [...comment.matchAll(/@spec\s+(.*?)\s*(?:\*\/|$)/gm)])
    .flatMap(([, citations = '']) => citations.split(';').map((citation) => citation.trim()))
}

/** The titles of `describe`, `it` and `test`, with whatever they are modified by. */
function titlesOf(file: string): string[] {
  const titles: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(describe|it|test)\b/.test(node.expression.getText())) {
      const [title] = node.arguments
      if (title !== undefined && (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title)))
        titles.push(title.getText())
    }
    ts.forEachChild(node, visit)
  }
  visit(parse(file))
  return titles
}

function render({ sources, tests }: Pick<Index, 'sources' | 'tests'>): string {
  const sections = specifications
    .filter(({ name }) => sources.has(name) || tests.has(name))
    .map(({ name, title, url }) => {
      const files = [...(sources.get(name) ?? [])].map(([file, cited]) => `- ${link(file)}${formatSections(cited)}`)
      const proofs = [...(tests.get(name) ?? [])].map((file) => `- ${link(file)}`)
      return [
        `## [${name.startsWith('RFC') ? `${name}: ${title}` : title}](${url})`,
        files.length > 0 ? `Carried out in\n\n${files.join('\n')}` : 'No file is tagged with it.',
        proofs.length > 0 ? `Cited by tests in\n\n${proofs.join('\n')}` : 'No test cites it.',
      ].join('\n\n')
    })
  const head =
    'Which file carries out which specification, and where it is tested.\nWritten by `pnpm specs` from `@spec` tags and test titles; do not edit.'
  return `${[`# Specifications`, head, ...sections].join('\n\n')}\n`
}

function formatSections(sections: ReadonlySet<string>): string {
  const sorted = [...sections].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  return sorted.length > 0 ? `: ${sorted.join(' ')}` : ''
}

function link(file: string): string {
  return `[${file}](${file})`
}

function list(root: string, patterns: readonly string[]): string[] {
  return globSync([...patterns], { cwd: root, exclude: (path) => path.includes('node_modules') })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
}

function ensure<Value>(map: Map<string, Value>, key: string, Make: new () => Value): Value {
  const value = map.get(key) ?? new Make()
  map.set(key, value)
  return value
}
