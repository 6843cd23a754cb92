/** What a consent page shows, small enough for a handle. */

import { sha256Base64url } from '@authlib/core/kit'
import type { ConsentItem } from '../contract/interaction.ts'
import type { Questions } from './ask.ts'
import type { Shown } from './handle.ts'

export async function shownOf({ scope, items }: Pick<Questions, 'scope' | 'items'>): Promise<Shown> {
  return { scope, items: await Promise.all(items.map(hashOf)) }
}

async function hashOf(item: ConsentItem): Promise<string> {
  return (await sha256Base64url(JSON.stringify(item))).slice(0, 22)
}
