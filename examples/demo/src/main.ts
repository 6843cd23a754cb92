/** Starts the demo and stops it on Ctrl-C. */

import { AuthlibError } from '@authlib/core'
import { startDemo } from './demo.ts'
import { usernames } from './provider/users.ts'
import { readSettings, SetupError } from './settings.ts'

try {
  const { provider, client, api, stop } = await startDemo(readSettings(process.env))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop())
  console.log(`
  Client     ${client}   open this in your browser
  Provider   ${provider}
  API        ${api}

  Log in as ${usernames.join(' or ')}: the password is the username. Ctrl-C stops the demo.
`)
} catch (error) {
  if (!(error instanceof SetupError || error instanceof AuthlibError)) throw error
  console.error([error.message, 'reason' in error ? error.reason : undefined].filter(Boolean).join(': '))
  process.exitCode = 1
}
