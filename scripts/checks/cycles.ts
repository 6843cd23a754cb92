/**
 * No import cycle among packages, nor among the source files of one. The types of a `contract/` folder may refer to each
 * other: such imports are erased.
 */

import { join, posix } from 'node:path'
import { importsOf, resolve, typeImportsOf } from '../imports.ts'
import { isTest, readPackages, sourceFiles, type Package } from '../workspace.ts'

type Graph = ReadonlyMap<string, readonly string[]>

/** One line for each group of packages or files that import each other, with the way round. */
export function cycles(root: string): string[] {
  const packages = readPackages(root)
  const files = fileGraph(root, packages)
  return [
    ...findCycles(packageGraph(packages, files)).map((way) => `packages: ${way.join(' → ')}`),
    ...findCycles(files).map((way) => `files: ${way.join(' → ')}`),
  ]
}

/** The shortest way round in each strongly connected group. */
export function findCycles(graph: Graph): string[][] {
  const seen = new Set<string>()
  const found: string[][] = []
  for (const node of graph.keys()) {
    if (seen.has(node)) continue
    const way = wayBack(graph, node)
    if (way === undefined) continue
    found.push(way)
    for (const member of reachable(graph, node)) if (reachable(graph, member).has(node)) seen.add(member)
  }
  return found
}

function fileGraph(root: string, packages: readonly Package[]): Graph {
  const files = packages.flatMap((candidate) => sourceFiles(root, candidate))
  return new Map(
    files.map((file) => [
      file,
      importsOf(join(root, file))
        .filter((specifier) => !isBetweenContracts(root, file, specifier))
        .flatMap((specifier) => resolve(root, packages, file, specifier)),
    ]),
  )
}

/** Type imports inside one `contract/` folder: a request knows its server, and a server its requests. */
function isBetweenContracts(root: string, file: string, specifier: string): boolean {
  const isNeighbour = /^\.\/[\w-]+\.ts$/.test(specifier)
  return (
    isNeighbour &&
    posix.basename(posix.dirname(file)) === 'contract' &&
    typeImportsOf(join(root, file)).includes(specifier)
  )
}

/** What each manifest declares, and what its sources import. Tests may look back: a devDependency is no edge. */
function packageGraph(packages: readonly Package[], files: Graph): Graph {
  const names = new Set(packages.map(({ name }) => name))
  const owner = (file: string): string | undefined => packages.find(({ folder }) => file.startsWith(`${folder}/`))?.name
  return new Map(
    packages.map(({ name, folder, manifest }) => {
      const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
      const imported = [...files]
        .filter(([file]) => file.startsWith(`${folder}/`) && !isTest(file))
        .flatMap(([, targets]) => targets.map(owner))
        .filter((target) => target !== undefined && target !== name)
      return [
        name,
        [...new Set([...declared, ...imported])].filter((target) => target !== undefined && names.has(target)),
      ]
    }) as [string, string[]][], // the filter leaves names only
  )
}

/** The shortest path from a node back to itself, breadth first. */
function wayBack(graph: Graph, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>()
  const queue = [start]
  for (const node of queue) {
    for (const next of graph.get(node) ?? []) {
      if (next === start) return [...trace(cameFrom, start, node), start]
      if (cameFrom.has(next)) continue
      cameFrom.set(next, node)
      queue.push(next)
    }
  }
  return undefined
}

function trace(cameFrom: ReadonlyMap<string, string>, start: string, end: string): string[] {
  const way = [end]
  for (let node = end; node !== start;) {
    node = cameFrom.get(node) ?? start
    way.unshift(node)
  }
  return way
}

function reachable(graph: Graph, start: string): Set<string> {
  const seen = new Set<string>()
  const queue = [start]
  for (const node of queue) {
    for (const next of graph.get(node) ?? []) {
      if (seen.has(next)) continue
      seen.add(next)
      queue.push(next)
    }
  }
  return seen
}
