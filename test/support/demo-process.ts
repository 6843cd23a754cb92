/** The demo, or another example, as people start it: a process of its own, with a database and ports of its own. */

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const EXAMPLES = join(import.meta.dirname, '../../examples')
const PORTS = ['AUTHLIB_PROVIDER_PORT', 'AUTHLIB_CLIENT_PORT', 'AUTHLIB_API_PORT']

export interface DemoProcess {
  readonly provider: string
  readonly client: string
  readonly api: string
  /** All that it has printed, errors too. */
  readonly output: () => string
  /** Resolves with its exit code. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

/** Runs the `start` script of the demo. Ports that the environment does not name are free ones. */
export async function startDemo(env: Readonly<Record<string, string>>): Promise<DemoProcess> {
  const demo = runDemo(env)
  const urls = await demo.printed(/http:\/\/localhost:\d+/g, 3)
  const [client = '', provider = '', api = ''] = urls
  return { client, provider, api, ...demo }
}

export interface ExampleProcess extends Pick<DemoProcess, 'output' | 'stop'> {
  readonly ended: Promise<number | null>
  /** Resolves with the matches once there are so many; rejects if the example ends before. */
  readonly printed: (pattern: RegExp, count: number) => Promise<readonly string[]>
}

/** For a demo that does not get as far as to listen. */
export function runDemo(env: Readonly<Record<string, string>>): ExampleProcess {
  return runExample('demo', env)
}

/** Runs a script of a folder of `examples`, a single command. */
export function runExample(
  name: string,
  env: Readonly<Record<string, string>>,
  script: string = 'start',
): ExampleProcess {
  const folder = join(EXAMPLES, name)
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    scripts: Readonly<Record<string, string>>
  }
  const [program = '', ...args] = scripts[script]?.split(' ') ?? []
  const command = program === 'node' ? program : join(folder, 'node_modules/.bin', program)
  const ports = Object.fromEntries(PORTS.map((name) => [name, '0']))
  const child = spawn(command === 'node' ? process.execPath : command, args, {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...ports, ...env },
  })
  const output = collect(child)
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
    output,
    ended,
    stop(signal = 'SIGINT') {
      child.kill(signal)
      return ended
    },
    async printed(pattern, count) {
      for (;;) {
        const found = output().match(pattern) ?? []
        if (found.length >= count) return found
        const more = new Promise<boolean>((resolve) => child.stdout.once('data', () => resolve(true)))
        if (!(await Promise.race([more, ended.then(() => false)])))
          throw new Error(`The example has ended: ${output()}`)
      }
    },
  }
}

/** A folder that is gone after the test. */
export function temporaryFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'authlib-demo-'))
  return { path, remove: () => rmSync(path, { recursive: true }) }
}

/** The ports of a demo, to start the next one on them. */
export function portsOf({ provider, client, api }: DemoProcess): Readonly<Record<string, string>> {
  const urls = [provider, client, api]
  return Object.fromEntries(PORTS.map((name, index) => [name, new URL(urls[index]!).port]))
}

function collect(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return () => text
}
