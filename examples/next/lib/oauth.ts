/** The login of the application. */

import { OAuth } from '@authlib/core'
import { nextAdapter } from '@authlib/next'
import { provider, secrets } from './my-app'

export const oauth = new OAuth({ adapter: nextAdapter, secrets }).register('provider', provider)
