/** What the packages export, as the compiler sees it. */

import { join } from 'node:path'
import ts from 'typescript'
import { readPackages } from '../workspace.ts'

/** The exports of every entry of every package, with aliases followed. */
export interface EntryProgram {
  readonly checker: ts.TypeChecker
  readonly exports: readonly ExportedSymbol[]
}

/** One name of one entry. */
export interface ExportedSymbol {
  readonly name: string
  readonly origin: ts.Symbol
}

let latest: { readonly root: string; readonly program: EntryProgram } | undefined

/** Compiled once for all checks of one run. */
export function entryProgram(root: string): EntryProgram {
  if (latest?.root !== root) latest = { root, program: compile(root) }
  return latest.program
}

function compile(root: string): EntryProgram {
  const sources = readPackages(root).flatMap(({ subpaths }) => subpaths.map(({ source }) => join(root, source)))
  const config = ts.readConfigFile(join(root, 'tsconfig.base.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root)
  const program = ts.createProgram(sources, { ...options, types: ['node'] })
  const checker = program.getTypeChecker()
  const exports = sources.flatMap((source) => {
    const file = program.getSourceFile(source)
    const module = file && checker.getSymbolAtLocation(file) // undefined for a file without exports
    if (!module) return []
    return checker.getExportsOfModule(module).map((symbol) => {
      const origin = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
      return { name: symbol.name, origin }
    })
  })
  return { checker, exports }
}
