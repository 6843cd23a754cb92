/**
 * The rooms of an authorization server: which folder of `server/` may import which. A feature's author reads the contract
 * and the records; the kernel knows no feature.
 */

import { posix } from 'node:path'

/** What each room may import beside itself and the files that stand in no room. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  records: ['contract'],
  kernel: ['contract', 'records'],
  features: ['contract', 'records'],
  'client-auth': ['contract', 'records'],
  'response-modes': ['contract', 'records'],
  interaction: ['contract', 'records'],
  legacy: ['contract', 'records'],
  profiles: ['contract'],
}

/** The one file of the kernel that names the features every server starts with. */
const DEFAULTS = 'kernel/defaults.ts'

/** Files in no room that stand on all of them. */
const TOP = ['index.ts', 'authorization-server.ts', 'openid-provider.ts']

/** Features that others bring along: endpoints and what every front channel needs. */
const SHARED = ['token-endpoint', 'authorization-endpoint', 'jwks', 'discovery', 'userinfo', 'issuer-parameter']

/** Rooms of features of one kind. */
const FAMILIES = ['client-auth', 'response-modes', 'interaction', 'legacy']

/** What is wrong with an import between two files of a server; undefined when nothing is. */
export function roomFault(server: string, file: string, target: string): string | undefined {
  const [from, to] = [posix.relative(server, file), posix.relative(server, target)]
  const [ours, theirs] = [roomOf(from), roomOf(to)]
  if (from === DEFAULTS || TOP.includes(from)) return undefined
  if (TOP.includes(to)) return `imports ${to}, which stands on every room`
  if (theirs === undefined) return undefined
  if (ours === theirs) return ours === 'features' ? featureFault(from, to) : undefined
  if (ours === undefined) return theirs === 'contract' ? undefined : `imports ${to}, but it may import contract alone`
  if (theirs === 'features' && FAMILIES.includes(ours) && SHARED.includes(nameOf(to))) return undefined
  return ROOMS[ours]?.includes(theirs) ? undefined : `imports ${to}: ${ours} may not import ${theirs}`
}

/** A feature may be several files of one name: `device-authorization`, `device-page`. It imports no other feature. */
function featureFault(from: string, to: string): string | undefined {
  const [ours, theirs] = [nameOf(from), nameOf(to)]
  const inOneFolder = posix.dirname(from) === posix.dirname(to) && posix.dirname(from) !== 'features'
  if (inOneFolder || SHARED.includes(theirs) || familyOf(ours) === familyOf(theirs)) return undefined
  return `imports ${to}: a feature imports no other; what two share is vocabulary, a record or a moment`
}

function nameOf(path: string): string {
  return posix.basename(path, '.ts')
}

function familyOf(name: string): string {
  return name.split('-')[0] ?? name
}

function roomOf(path: string): string | undefined {
  const [room = ''] = path.split('/')
  return room in ROOMS ? room : undefined
}
