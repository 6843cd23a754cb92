/** The Chromium that tests drive. */

import { existsSync } from 'node:fs'
import { chromium } from 'playwright'

/** Named by `CHROMIUM`, from the system, or the one Playwright has fetched; undefined when there is none. */
export function findChromium(): string | undefined {
  const candidates = [process.env['CHROMIUM'], '/usr/bin/chromium', chromium.executablePath()]
  return candidates.find((path) => path !== undefined && existsSync(path))
}
