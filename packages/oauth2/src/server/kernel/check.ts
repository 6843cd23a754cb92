/** Compares what is registered with a security profile. Loaded when one is asked for, so that no server carries the profiles. */

import type { Client } from '../contract/client.ts'
import type { Finding, Profile, ServerConfiguration } from '../contract/profile.ts'
import type { Server } from '../contract/server.ts'
import { profileNamed, type ProfileName } from '../profiles/named.ts'
import type { Registry } from './registry.ts'

/** @throws TypeError for an unknown name */
export async function findingsOf(
  profile: ProfileName | Profile,
  server: Server,
  registry: Registry,
  clients: readonly Omit<Client, 'secrets'>[] = [],
): Promise<readonly Finding[]> {
  const { name, rules } = typeof profile === 'string' ? profileNamed(profile) : profile
  const configuration: ServerConfiguration = {
    server,
    registered: [...registry.all],
    extensionsOf: (grantType) => registry.extensionsOf([grantType]),
    clients,
  }
  const found: Finding[] = []
  for (const rule of rules) {
    const { id, section, level = 'must', fix } = rule
    const problem = await rule.problem(configuration)
    if (problem !== undefined) found.push({ profile: name, rule: id, section, level, problem, fix })
  }
  return found
}
