/** One refresh for all tabs. */

import type { TokenStore } from '@authlib/core'

/**
 * The `lock` of a token store whose tokens all tabs and workers of an origin share: Web Locks. The browser frees a lock when
 * its tab goes.
 *
 * @example
 * const tokens: TokenStore = { ...mine, lock: webLock('my app') }
 */
export function webLock(name: string): NonNullable<TokenStore['lock']> {
  return async (key, action) => {
    const held = await navigator.locks.request(`${name} ${key}`, async () => ({ value: await action() }))
    return held.value
  }
}
