/** What some tests need of the machine. Where it is absent they are skipped and say why; in CI that is a failure. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { MODULE } from './apache.ts'
import { findChromium } from './chromium.ts'

export interface Need {
  readonly name: string
  /** Undefined when the machine does not have it. */
  readonly find: () => string | undefined
  /** What to do about it. */
  readonly advice: string
}

/** A path to the browser. */
export const chromium: Need = {
  name: 'Chromium',
  find: findChromium,
  advice: 'npx playwright install chromium, or name one in CHROMIUM',
}

/** The folder with the test vectors that others publish: `wycheproof` and `jose-cookbook`. */
export const vectors: Need = {
  name: 'published test vectors',
  find() {
    const folder = process.env['AUTHLIB_VECTORS'] ?? join(import.meta.dirname, '../../.vectors')
    return existsSync(join(folder, 'wycheproof')) ? folder : undefined
  },
  advice: 'node scripts/fetch-vectors.ts, or name their folder in AUTHLIB_VECTORS',
}

/** A Python with the Authlib that is this project's elder. */
export const pythonAuthlib: Need = {
  name: 'Python with Authlib',
  find: () =>
    ['python3', '/usr/bin/python3'].find((python) => runs(python, '-c', 'import authlib.jose, authlib.oauth2.client')),
  advice: 'apt install python3-authlib, or pip install authlib',
}

/** A Python with Authlib on top of requests. */
export const pythonAuthlibSession: Need = {
  name: 'Python with Authlib and requests',
  find: () =>
    ['python3', '/usr/bin/python3'].find((python) => runs(python, '-c', 'import authlib.integrations.requests_client')),
  advice: 'apt install python3-authlib python3-requests',
}

/** A Python with the OAuth 2 client of requests-oauthlib. */
export const pythonRequestsOAuthlib: Need = {
  name: 'Python with requests-oauthlib',
  find: () =>
    ['python3', '/usr/bin/python3'].find((python) => runs(python, '-c', 'import requests_oauthlib, oauthlib.oauth2')),
  advice: 'apt install python3-requests-oauthlib',
}

/** A Python with the OAuth 1 client and server of OAuthLib, and RSA for both. */
export const pythonOAuthlib: Need = {
  name: 'Python with OAuthLib and requests-oauthlib',
  find: () =>
    ['python3', '/usr/bin/python3'].find((python) =>
      runs(python, '-c', 'import oauthlib.oauth1, requests_oauthlib, jwt, cryptography'),
    ),
  advice: 'apt install python3-oauthlib python3-requests-oauthlib python3-jwt python3-cryptography',
}

/** A Python with two JOSE libraries. */
export const pythonJose: Need = {
  name: 'Python with jwcrypto and PyJWT',
  find: () => ['python3', '/usr/bin/python3'].find((python) => runs(python, '-c', 'import jwcrypto, jwt')),
  advice: 'apt install python3-jwcrypto python3-jwt',
}

/** The command line tool of https://github.com/latchset/jose. */
export const joseCommand: Need = {
  name: 'the command jose',
  find: () => ['jose'].find((command) => runs(command, 'alg')),
  advice: 'apt install jose',
}

/** A Python with Authlib, its drafts, which include XC20P if PyCryptodome is there, and jwcrypto. */
export const pythonDrafts: Need = {
  name: 'Python with Authlib, PyCryptodome and jwcrypto',
  find: () =>
    ['python3', '/usr/bin/python3'].find((python) =>
      runs(python, '-c', 'import authlib.jose.drafts._jwe_enc_cryptodome, jwcrypto'),
    ),
  advice: 'apt install python3-authlib python3-pycryptodome python3-jwcrypto',
}

/** The URL of a PostgreSQL server, where a user may create schemas. */
export const postgresServer: Need = {
  name: 'a PostgreSQL server',
  find: () => process.env['AUTHLIB_TEST_POSTGRES'],
  advice: 'name one in AUTHLIB_TEST_POSTGRES, such as postgres://postgres@127.0.0.1:5432/postgres',
}

/** The URL of a database on a MariaDB or MySQL server, where a user may create tables. */
export const mysqlServer: Need = {
  name: 'a MariaDB or MySQL server',
  find: () => process.env['AUTHLIB_TEST_MYSQL'],
  advice: 'name one in AUTHLIB_TEST_MYSQL, such as mysql://authlib:authlib@127.0.0.1:3306/authlib',
}

/** Apache, and its module that makes it a relying party. */
export const apacheOpenid: Need = {
  name: 'Apache with mod_auth_openidc',
  find: () => (existsSync(MODULE) && existsSync('/usr/sbin/apache2') ? MODULE : undefined),
  advice: 'apt install libapache2-mod-auth-openidc',
}

/** The key tool of OpenSSH. */
export const sshKeygen: Need = {
  name: 'ssh-keygen',
  find: () => (spawnSync('ssh-keygen', ['-?'], { stdio: 'ignore' }).error === undefined ? 'ssh-keygen' : undefined),
  advice: 'apt install openssh-client',
}

/** The URL of a Redis server that appends to a file (`--appendonly yes`). */
export const redisServer: Need = {
  name: 'a Redis server',
  find: () => process.env['AUTHLIB_TEST_REDIS'],
  advice: 'name one in AUTHLIB_TEST_REDIS, such as redis://127.0.0.1:6379',
}

/** The URL of one node of a Redis cluster. */
export const redisCluster: Need = {
  name: 'a Redis cluster',
  find: () => process.env['AUTHLIB_TEST_REDIS_CLUSTER'],
  advice: 'name one of its nodes in AUTHLIB_TEST_REDIS_CLUSTER, such as redis://127.0.0.1:7000',
}

/** `describe`, given what it needs. */
export function describeWith(need: Need, title: string, body: (value: string) => void): void {
  const value = need.find()
  if (value !== undefined) {
    describe(title, () => body(value))
    return
  }
  it(title, ({ skip }) => {
    const reason = `needs ${need.name}: ${need.advice}`
    if (process.env['CI'] !== undefined) throw new Error(`In CI this may not be skipped. It ${reason}`)
    skip(reason)
  })
}

function runs(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args).status === 0
}
