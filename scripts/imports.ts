/** Which modules a source file imports: types, dynamic imports and re-exports count. */

import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import ts from 'typescript'
import type { Package } from './workspace.ts'

/** Specifiers as written, each once. */
export function importsOf(file: string): string[] {
  const found = new Set<string>()
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node)
    if (specifier !== undefined) found.add(specifier)
    ts.forEachChild(node, visit)
  }
  visit(parse(file))
  return [...found]
}

/** Specifiers that are imported as types and in no other way. */
export function typeImportsOf(file: string): string[] {
  const erased = new Map<string, boolean>()
  for (const node of parse(file).statements) {
    if (!ts.isImportDeclaration(node)) continue
    const specifier = textOf(node.moduleSpecifier)
    const isType = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    if (specifier !== undefined) erased.set(specifier, isType && (erased.get(specifier) ?? true))
  }
  return [...erased].filter(([, isType]) => isType).map(([specifier]) => specifier)
}

/** The syntax tree of a file, parents set. */
export function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
}

/**
 * The files of the workspace behind a specifier, relative to the root; none for a foreign package. A conditional import
 * such as `#runtime` has several.
 */
export function resolve(root: string, packages: readonly Package[], from: string, specifier: string): string[] {
  if (specifier.startsWith('.')) return [posix.join(posix.dirname(from), specifier)]
  if (specifier.startsWith('#')) return conditionalTargets(root, packages, from, specifier)
  for (const { subpaths } of packages) {
    const subpath = subpaths.find((candidate) => candidate.specifier === specifier)
    if (subpath !== undefined) return [subpath.source]
  }
  return []
}

/** The source of a target in `exports` or `imports`: `./dist/x.js` is built from `./src/x.ts`. */
export function sourceOf(target: string): string {
  return target.replace('./dist/', './src/').replace(/\.js$/, '.ts')
}

/** `@scope/name` or `name` of a bare specifier. */
export function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function specifierOf(node: ts.Node): string | undefined {
  if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
    return textOf(node.moduleSpecifier)
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return textOf(node.argument.literal)
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return textOf(node.arguments[0])
  return undefined
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined
}

function conditionalTargets(root: string, packages: readonly Package[], from: string, specifier: string): string[] {
  const owner = packages.find(({ folder }) => from.startsWith(`${folder}/`))
  if (owner === undefined) return []
  const sources = leaves(owner.manifest.imports?.[specifier])
    .filter((target) => target.startsWith('./'))
    .map((target) => posix.join(owner.folder, sourceOf(target)))
  return [...new Set(sources)].filter((path) => existsSync(join(root, path)))
}

function leaves(target: unknown): string[] {
  if (typeof target === 'string') return [target]
  return typeof target === 'object' && target !== null ? Object.values(target).flatMap(leaves) : []
}
