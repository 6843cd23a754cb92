/** What a run of the relying party is told, from environment variables. */

import { readPort, SetupError } from '@authlib-examples/demo/settings'
import { importKey, type Key } from '@authlib/jose'
import { readFile } from 'node:fs/promises'
import type { ClientCertificateFiles } from './certificate-fetch.ts'

export interface ModuleSettings {
  /** Name of the module, such as `oidcc-client-test-nonce-invalid`. */
  readonly module: string
  /** Of the provider that the suite plays. */
  readonly issuer: string
  /** As the suite writes it: `client_auth_type`, `response_type`, `response_mode` and others. */
  readonly variant: Readonly<Record<string, string>>
  /** Addresses that the suite shows for the module, such as `accounts_endpoint`. */
  readonly exposed: Readonly<Record<string, string>>
  readonly clientId: string
  readonly clientSecret: string
  /** Where the suite and browsers reach the relying party. Its paths are `/cb`, `/loggedout`, and those of `listener.ts`. */
  readonly origin: string
  /** Where it listens, behind a TLS proxy for `origin`. */
  readonly port: number
  /** Signs requests and client assertions: PS256. */
  readonly key: Key | undefined
  readonly certificate: ClientCertificateFiles | undefined
}

/** @throws SetupError */
export async function readSettings(env: NodeJS.ProcessEnv): Promise<ModuleSettings> {
  const { MODULE: module, ISSUER: issuer, VARIANT, EXPOSED, RP_CLIENT, RP_SECRET, RP_ORIGIN } = env
  const { RP_KEY, RP_CERTIFICATE, RP_CERTIFICATE_KEY } = env
  if (!module || !issuer) throw new SetupError('MODULE and ISSUER must be set')
  const file = (path: string): Promise<string> => readFile(path, 'utf8')
  return {
    module,
    issuer,
    variant: readMembers(VARIANT),
    exposed: readMembers(EXPOSED),
    clientId: RP_CLIENT ?? 'conformance-rp',
    clientSecret: RP_SECRET ?? 'conformance-rp-secret-0123456789',
    origin: RP_ORIGIN ?? 'https://rp.example',
    port: readPort(env, 'RP_PORT', 5200),
    key: RP_KEY ? await importKey(await file(RP_KEY), { alg: 'PS256' }) : undefined,
    certificate:
      RP_CERTIFICATE && RP_CERTIFICATE_KEY
        ? { cert: await file(RP_CERTIFICATE), key: await file(RP_CERTIFICATE_KEY) }
        : undefined,
  }
}

function readMembers(text = '{}'): Readonly<Record<string, string>> {
  return JSON.parse(text) as Readonly<Record<string, string>> // sound: the driver writes it
}
