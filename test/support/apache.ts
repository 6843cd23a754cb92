/** Apache with mod_auth_openidc: a web server whose pages only people see who log in at a provider. */

import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identity, tlsFetch } from './tls.ts'

export const MODULE = '/usr/lib/apache2/modules/mod_auth_openidc.so'

/** What a build of Debian leaves out of the program itself. */
const MODULES = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'dir', 'env', 'mime', 'socache_shmcb', 'ssl']

export interface ApacheOptions {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Further lines of the configuration. Default: none. */
  readonly lines?: readonly string[] | undefined
}

export interface Apache {
  /** `https://127.0.0.1:<port>`, with the certificate of the tests. `/private/` needs a login. */
  readonly url: string
  readonly log: () => string
  stop(): Promise<void>
}

/** The port is known before there is a provider that knows the redirect URI. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // sound: it listens on TCP
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Starts it in the foreground, with a configuration of its own, and waits until it answers. */
export async function startApache(port: number, options: ApacheOptions): Promise<Apache> {
  const folder = mkdtempSync(join(tmpdir(), 'authlib-apache-'))
  mkdirSync(join(folder, 'html/private'), { recursive: true })
  writeFileSync(join(folder, 'html/private/index.html'), 'private')
  writeFileSync(join(folder, 'html/index.html'), 'public')
  writeFileSync(join(folder, 'cert.pem'), identity.cert)
  writeFileSync(join(folder, 'key.pem'), identity.key)
  writeFileSync(join(folder, 'apache.conf'), configuration(folder, port, options))
  chmodSync(folder, 0o755) // it gives up being root
  const child = spawn('/usr/sbin/apache2', ['-d', folder, '-f', join(folder, 'apache.conf'), '-DFOREGROUND'])
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const log = (): string =>
    output + (existsSync(join(folder, 'error.log')) ? readFileSync(join(folder, 'error.log'), 'utf8') : '')
  const url = `https://127.0.0.1:${port}`
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true })
  }
  for (let attempt = 0; attempt < 100; attempt++) {
    const isUp = await tlsFetch()(`${url}/`).then(
      () => true,
      () => false,
    )
    if (isUp) return { url, log, stop }
    if (child.exitCode !== null) break
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  const problem = log()
  await stop()
  throw new Error(`Apache does not answer: ${problem}`)
}

function configuration(
  folder: string,
  port: number,
  { issuer, clientId, clientSecret, lines = [] }: ApacheOptions,
): string {
  return `
${MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
LoadModule auth_openidc_module ${MODULE}
ServerName 127.0.0.1
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
Listen 127.0.0.1:${port}
PidFile ${folder}/pid
Mutex sem
ErrorLog ${folder}/error.log
LogLevel warn auth_openidc:debug
StartServers 1
TypesConfig /dev/null
AddType text/html .html
DocumentRoot ${folder}/html
DirectoryIndex index.html
SSLEngine on
SSLCertificateFile ${folder}/cert.pem
SSLCertificateKeyFile ${folder}/key.pem

OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
OIDCClientID ${clientId}
OIDCClientSecret "${clientSecret}"
OIDCRedirectURI https://127.0.0.1:${port}/private/callback
OIDCCryptoPassphrase "a passphrase of the tests"
OIDCPassClaimsAs environment
OIDCInfoHook iat access_token access_token_expires id_token userinfo refresh_token session
OIDCRedirectURLsAllowed ^https://127.0.0.1:${port}/
${lines.join('\n')}

<Location /private/>
  AuthType openid-connect
  Require valid-user
</Location>
`
}
