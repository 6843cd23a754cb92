/** The TypeScript samples in README files compile, each by itself, against the sources. */

import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

const PAGES = ['*.md', 'packages/*/README.md']

/** One line for each sample that does not compile, where it stands. */
export function samples(root: string): string[] {
  const pages = globSync(PAGES, { cwd: root })
  const found = new Map(pages.flatMap((page) => samplesOf(root, page.replaceAll('\\', '/'))))
  const config = ts.readConfigFile(join(root, 'tsconfig.base.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root)
  const program = ts.createProgram(
    [...found.keys()],
    { ...options, types: ['node'], isolatedDeclarations: false, declaration: false, declarationMap: false },
    hostWith(found, options),
  )
  return [...found].flatMap(([path, { page, line }]) => {
    const file = program.getSourceFile(path)
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((diagnostic) => {
      const within = file?.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line ?? 0
      return `${page}:${line + within}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')}`
    })
  })
}

interface Sample {
  readonly page: string
  /** Of its first line of code, counted from 1. */
  readonly line: number
  readonly code: string
}

/** By the name of a file that does not exist. */
function samplesOf(root: string, page: string): [string, Sample][] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(({ 1: code = '', index }) => {
    const line = text.slice(0, index).split('\n').length + 1
    return [join(root, dirname(page), `sample-${line}.ts`), { page, line, code }]
  })
}

/** Files as they are, and the samples besides, each in the folder of its page: a package finds what it depends on. */
function hostWith(samples: ReadonlyMap<string, Sample>, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options)
  return {
    ...host,
    fileExists: (path) => samples.has(path) || host.fileExists(path),
    readFile: (path) => samples.get(path)?.code ?? host.readFile(path),
    getSourceFile(path, languageVersion, ...rest) {
      const sample = samples.get(path)
      return sample
        ? ts.createSourceFile(path, sample.code, languageVersion, true)
        : host.getSourceFile(path, languageVersion, ...rest)
    },
  }
}
