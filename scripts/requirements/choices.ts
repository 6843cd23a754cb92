import type { RequirementTable } from './table.ts'
import choices from './statements/openid-connect-rp-metadata-choices.json' with { type: 'json' }
import unmet from './statements/openid-connect-unmet-authentication-requirements.json' with { type: 'json' }

const code = 'oauth2/server/records/metadata-choices.ts'
const test = 'oidc/server/features/openid-registration.test.ts'

export const metadataChoicesTable: RequirementTable = {
  page: 'openid-connect-rp-metadata-choices',
  name: 'OpenID Connect RP Metadata Choices',
  rules: [
    [
      '§2',
      'The lists are not in the answer to a registration',
      code,
      test,
      'is told the chosen values, and not its lists',
      '2#1',
    ],
    ['§2', 'The lists are not in a registration that is read', code, test, 'reads its registration without the lists'],
    [
      '§2',
      'The answer has the members with one value',
      code,
      test,
      'gets another of its values when its preference is not supported',
      '2#2',
    ],
    [
      '§2',
      'A member with one value is in its list',
      code,
      test,
      'is refused with a %s that is not in its list',
      '2#3 2#4 2#5 2#6 2#7 2#8 2#9 2#10 2#11 2#12 2#13 2#14 2#15 2#16 2#17 2#18 2#19 2#20 2#21',
    ],
    [
      '§3',
      'Revocation, introspection and pushed requests take the authentication methods of the token endpoint',
      'oauth2/server/kernel/client-authentication.ts',
      'oauth2/server/kernel/client-authentication.test.ts',
      'are those of %s',
      '3#1',
    ],
    ['§4', 'A client without a value that is supported is refused', code, test, 'nothing that the provider supports'],
  ],
  statements: choices,
}

export const unmetRequirementsTable: RequirementTable = {
  page: 'openid-connect-unmet-authentication-requirements',
  name: 'OpenID Connect Unmet Authentication Requirements',
  rules: [
    [
      '§1',
      'An essential acr that cannot be met is unmet_authentication_requirements',
      'oauth2/server/interaction/ask.ts',
      'oidc/server/features/claims-parameter.test.ts',
      'an essential acr that a new login does not meet fails the login',
      '1#1',
    ],
  ],
  statements: unmet,
}
