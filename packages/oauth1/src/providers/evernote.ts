/** Evernote. Its API is Thrift: the token goes into its calls, which are not signed. */

import type { Provider } from '@authlib/core'
import type { OAuth1Client } from '../client/oauth1-client.ts'
import { fromPreset, type OAuth1Preset, type PresetOptions } from './preset.ts'

const EVERNOTE: OAuth1Preset = {
  requestTokenUrl: 'https://www.evernote.com/oauth',
  authorizationUrl: 'https://www.evernote.com/OAuth.action',
  accessTokenUrl: 'https://www.evernote.com/oauth',
  apiBaseUrl: 'https://www.evernote.com/',
}

/** The token has `edam_noteStoreUrl` and `edam_userId` in `extra`. */
export function evernote(options: PresetOptions): Provider<OAuth1Client> {
  return fromPreset(EVERNOTE, options)
}
