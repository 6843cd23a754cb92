/** Compares what is registered with a security profile. */

import type { Client } from '../contract/client.ts'
import type { Finding, Profile, ServerConfiguration } from '../contract/profile.ts'
import type { Server } from '../contract/server.ts'
import type { Registry } from './registry.ts'

export async function findingsOf(profile: Profile, configuration: ServerConfiguration): Promise<readonly Finding[]> {
  const found: Finding[] = []
  for (const rule of profile.rules) {
    const { id, section, level = 'must', fix } = rule
    const fault = await rule.problem(configuration)
    if (fault !== undefined) found.push({ profile: profile.name, rule: id, section, level, problem: fault, fix })
  }
  return found
}

export function configurationOf(
  server: Server,
  registry: Registry,
  clients: readonly Omit<Client, 'secrets'>[] = [],
): ServerConfiguration {
  return {
    server,
    registered: [...registry.all],
    extensionsOf: (grantType) => registry.extensionsOf([grantType]),
    clients,
  }
}
