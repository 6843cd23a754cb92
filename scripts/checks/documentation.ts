/**
 * Every exported symbol has a doc comment (options are documented member by member, where they are taken), and every
 * subpath is shown in the README of its package and has a page in the API reference.
 */

import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { readJson, readPackages, type Package, type Subpath } from '../workspace.ts'

/** One line for each symbol or subpath that nothing is said about. */
export function documentation(root: string): string[] {
  const packages = readPackages(root)
  return [
    ...packages.flatMap((candidate) => undocumentedSubpaths(root, candidate)),
    ...packages.flatMap((candidate) => missingInReference(root, candidate)),
    ...undocumentedSymbols(root, packages),
  ]
}

function undocumentedSubpaths(root: string, { folder, subpaths }: Package): string[] {
  const path = `${folder}/README.md`
  if (!existsSync(join(root, path))) return [`${path} is missing`]
  const readme = readFileSync(join(root, path), 'utf8')
  return subpaths
    .filter(({ specifier }) => !new RegExp(`(?<![\\w/])${specifier}(?![\\w/-])`).test(readme))
    .map(({ specifier }) => `${path} does not mention ${specifier}`)
}

/** The reference is made of what `typedoc.json` of the package names, or of its main entry when there is none. */
function missingInReference(root: string, { folder, subpaths }: Package): string[] {
  const path = `${folder}/typedoc.json`
  const { entryPoints } = existsSync(join(root, path))
    ? (readJson(join(root, path)) as { readonly entryPoints: readonly string[] }) // ours, and TypeDoc checks it
    : { entryPoints: ['src/index.ts'] }
  return subpaths
    .filter(({ source }) => !entryPoints.includes(relative(folder, source).replaceAll('\\', '/')))
    .map(({ specifier }) => `${path} leaves out ${specifier}`)
}

function undocumentedSymbols(root: string, packages: readonly Package[]): string[] {
  const entries = packages.flatMap(({ subpaths }) => subpaths)
  const config = ts.readConfigFile(join(root, 'tsconfig.base.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root)
  const program = ts.createProgram(
    entries.map(({ source }) => join(root, source)),
    { ...options, types: ['node'] },
  )
  const checker = program.getTypeChecker()
  const faults = entries.flatMap(({ source }: Subpath) => {
    const file = program.getSourceFile(join(root, source))
    const module = file && checker.getSymbolAtLocation(file) // undefined for a file without exports
    return module ? checker.getExportsOfModule(module).flatMap((symbol) => faultOf(root, checker, symbol)) : []
  })
  return [...new Set(faults)] // a symbol may be exported by two entries
}

function faultOf(root: string, checker: ts.TypeChecker, symbol: ts.Symbol): string[] {
  const origin = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  if (origin.getDocumentationComment(checker).length > 0 || symbol.name.endsWith('Options')) return []
  const declaration = origin.declarations?.[0]
  if (declaration === undefined) return [`${symbol.name} is exported but declared nowhere`]
  const file = declaration.getSourceFile()
  const { line } = file.getLineAndCharacterOfPosition(declaration.getStart())
  return [`${relative(root, file.fileName)}:${line + 1}: ${symbol.name} has no doc comment`]
}
