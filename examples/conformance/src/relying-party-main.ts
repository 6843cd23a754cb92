/** Runs one module of a plan for relying parties: what it is comes from the environment. */

import { runModule } from './relying-party.ts'

const {
  MODULE,
  ISSUER,
  VARIANT = '{}',
  RP_CLIENT = 'conformance-rp',
  RP_SECRET = 'conformance-rp-secret-0123456789',
} = process.env
if (MODULE === undefined || ISSUER === undefined) {
  console.error('MODULE and ISSUER must be set')
  process.exitCode = 1
} else {
  const variant = JSON.parse(VARIANT) as Readonly<Record<string, string>> // sound: the driver writes it
  console.log(
    await runModule({ module: MODULE, issuer: ISSUER, clientId: RP_CLIENT, clientSecret: RP_SECRET, variant }),
  )
}
