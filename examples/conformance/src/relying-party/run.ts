/**
 * Our client as a relying party for conformance suites: one module of a plan per run. A driver of the suite starts it when a
 * module waits for a client.
 */

import { runCiba } from './ciba.ts'
import { runCore, type Say } from './core.ts'
import { runDiscovery, runRegistration } from './discovery.ts'
import { runFapi } from './fapi.ts'
import { runLogout } from './logout.ts'
import { runSession } from './session.ts'
import type { ModuleSettings } from './settings.ts'
import { runThirdPartyLogin } from './third-party.ts'

/** Runs a module and tells what happened. Refusals are part of it: most modules want one. */
export async function runModule(settings: ModuleSettings): Promise<string> {
  const told: string[] = []
  try {
    await runnerOf(settings.module)(settings, (text) => told.push(text))
  } catch (error) {
    const { code, message, reason } = error as { code?: string; message: string; reason?: string } // sound: an Error
    told.push(`refused: ${[code, message, reason].filter(Boolean).join(': ')}`)
  }
  return told.join('; ')
}

function runnerOf(module: string): (settings: ModuleSettings, say: Say) => Promise<void> {
  if (module.startsWith('fapi2-')) return runFapi
  if (module.startsWith('fapi-ciba-')) return runCiba
  if (module.includes('logout')) return runLogout
  if (module.endsWith('-session-management')) return runSession
  if (module.includes('3rd-party-init')) return runThirdPartyLogin
  if (/-discovery-(openid-config|issuer-mismatch|webfinger-\w+)$/.test(module)) return runDiscovery
  if (module.endsWith('-dynamic-registration')) return runRegistration
  return runCore
}
