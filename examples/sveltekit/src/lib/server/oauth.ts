/** The login of the application. */

import { OAuth } from '@authlib/core'
import { svelteKitAdapter } from '@authlib/sveltekit'
import { provider, secrets } from './my-app.ts'

export const oauth = new OAuth({ adapter: svelteKitAdapter, secrets }).register('provider', provider)
