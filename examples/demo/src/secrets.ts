/** Secrets of the demo, made once and kept beside the database, so that a restart signs no one out. */

import { randomToken } from '@authlib/core'
import { readFileSync, writeFileSync } from 'node:fs'
import { SetupError } from './settings.ts'

export interface Secrets {
  /** Seals what the provider hands out and stores. */
  readonly provider: string
  /** Seals the cookies and the tokens of the client. */
  readonly client: string
  /** The `client_secret` that the two share. */
  readonly clientSecret: string
}

/** @throws SetupError when the demo did not write the file */
export function loadSecrets(path: string): Secrets {
  const fresh: Secrets = { provider: randomToken(), client: randomToken(), clientSecret: randomToken() }
  try {
    writeFileSync(path, `${JSON.stringify(fresh, null, 2)}\n`, { flag: 'wx', mode: 0o600 }) // fails if it is there
    return fresh
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new SetupError(`The secrets cannot be written: ${(error as Error).message}`)
    }
    return readSecrets(path)
  }
}

function readSecrets(path: string): Secrets {
  try {
    const secrets = JSON.parse(readFileSync(path, 'utf8')) as Partial<Secrets>
    const { provider, client, clientSecret } = secrets
    if (provider && client && clientSecret) return { provider, client, clientSecret }
  } catch {
    // told below
  }
  throw new SetupError(`${path} does not hold the secrets of the demo. Remove it and the database to start afresh.`)
}
