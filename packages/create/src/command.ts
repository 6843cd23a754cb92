#!/usr/bin/env node
/** `npm create @authlib`: asks for what the arguments do not say, and makes the project. */

import process from 'node:process'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { frameworks, generateProject, templates } from './generate.ts'

const USAGE = `npm create @authlib [folder] -- --template ${templates.join('|')} --framework ${frameworks.join('|')}`

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { template: { type: 'string' }, framework: { type: 'string' }, help: { type: 'boolean' } },
  })
  if (values.help === true) {
    process.stdout.write(`${USAGE}\n`)
  } else {
    const template = await choose('template', templates, values.template)
    const framework = await choose('framework', frameworks, values.framework)
    const [folder = `my-${template}`] = positionals
    generateProject({ folder, framework, template })
    const start = framework === 'next' ? 'npm run dev' : 'npm start'
    process.stdout.write(`Made ${folder}. Next: cd ${folder} && npm install && ${start}\n`)
  }
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`)
}

/** The value given, or the answer to a question at a terminal. */
async function choose<Choice extends string>(
  name: string,
  choices: readonly Choice[],
  given: string | undefined,
): Promise<Choice> {
  const value = given ?? (process.stdin.isTTY ? await ask(`${name} (${choices.join(', ')})? `) : '')
  const found = choices.find((choice) => choice === value.trim())
  if (found === undefined) throw new Error(`--${name} must be one of ${choices.join(', ')}`)
  return found
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return await terminal.question(question)
  } finally {
    terminal.close()
  }
}
