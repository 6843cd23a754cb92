/** What the type tests of the adapters protect with. */

import type { CurrentToken, Mountable, Protector } from '@authlib/core'

export interface TenantToken extends CurrentToken {
  readonly tenant: number
}

export declare const protector: Protector<TenantToken, 'read' | 'write'>
export declare const mountable: Mountable
