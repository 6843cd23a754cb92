/**
 * What FAPI 2.0 Message Signing demands of an authorization server, with all of its parts. Check the security profile too.
 *
 * @spec FAPI 2.0 Message Signing §5.3.1 §5.4.1 §5.5.1
 */

import type { Profile } from '../contract/profile.ts'
import { isRequired, settingsOf } from './rules.ts'

/** `server.check('fapi2-message-signing')`. */
export const fapi2MessageSigningProfile: Profile = {
  name: 'fapi2-message-signing',
  rules: [
    {
      id: 'request_object',
      section: 'FAPI 2.0 Message Signing §5.3.1 (1)',
      fix: 'Register requestObject({ required: true, maxLifetime: 3600 }).',
      problem: (configuration) =>
        isRequired(configuration, 'extension', 'request_object') ? undefined : 'requests need not be signed',
    },
    {
      id: 'request_object_lifetime',
      section: 'FAPI 2.0 Message Signing §5.3.1 (3), (4)',
      fix: 'Pass maxLifetime: 3600, or less, to requestObject.',
      problem(configuration) {
        const settings = settingsOf(configuration, 'extension', 'request_object')
        const lifetime = settings?.['maxLifetime']
        if (settings === undefined || (typeof lifetime === 'number' && lifetime <= 3600)) return undefined
        return 'signed requests may be valid for more than 60 minutes'
      },
    },
    {
      id: 'jwt_responses',
      section: 'FAPI 2.0 Message Signing §5.4.1 (1)',
      fix: 'Register jwtResponseModes({ required: true }).',
      problem: (configuration) =>
        isRequired(configuration, 'feature', 'jwt_response_modes') ? undefined : 'responses need not be signed',
    },
    {
      id: 'signed_introspection',
      section: 'FAPI 2.0 Message Signing §5.5.1 (1)',
      fix: 'Register signedIntrospection().',
      problem({ server }) {
        const { introspection_endpoint: endpoint, introspection_signing_alg_values_supported: signs } =
          server.metadata()
        return endpoint === undefined || signs !== undefined ? undefined : 'introspection answers are not signed'
      },
    },
  ],
}
