/** Runs one scenario of the conformance runner of MCP. */

import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const RUNNER = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')),
  'dist/index.js',
)

/** Resolves with what it printed, when every check has passed. `onOutput` hears of it as it comes. */
export function runConformance(args: readonly string[], onOutput?: (text: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [RUNNER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const output: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => {
      output.push(chunk)
      onOutput?.(Buffer.concat(output).toString())
    })
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      const text = Buffer.concat(output).toString()
      if (code === 0) resolve(text)
      else reject(new Error(`The conformance runner ended with ${code}:\n${text}`))
    })
  })
}

/** The command line of our client, which the runner gives to a shell. */
export function clientCommand(): string {
  const file = fileURLToPath(new URL('conformance-client.ts', import.meta.url))
  return `'${process.execPath}' --conditions=@authlib/source --disable-warning=ExperimentalWarning '${file}'`
}
