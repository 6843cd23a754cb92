/** The specifications that have a table. */

import { metadataChoicesTable, unmetRequirementsTable } from './choices.ts'
import { cibaTable } from './ciba.ts'
import { core } from './core.ts'
import { discoveryTable, registrationTable } from './discovery-and-registration.ts'
import { fapiMessageSigningTable, fapiSecurityTable } from './fapi.ts'
import { fapiCibaTable } from './fapi-ciba.ts'
import { backChannelTable, frontChannelTable, rpInitiatedTable, sessionTable } from './logout.ts'
import { nativeSsoTable, promptCreateTable } from './prompt-create-and-native-sso.ts'
import { formPostTable, jarmTable, multipleResponseTypesTable } from './responses.ts'
import type { RequirementTable } from './table.ts'

export const requirementTables: readonly RequirementTable[] = [
  core,
  discoveryTable,
  registrationTable,
  rpInitiatedTable,
  frontChannelTable,
  backChannelTable,
  sessionTable,
  multipleResponseTypesTable,
  formPostTable,
  jarmTable,
  promptCreateTable,
  nativeSsoTable,
  cibaTable,
  fapiSecurityTable,
  fapiMessageSigningTable,
  fapiCibaTable,
  metadataChoicesTable,
  unmetRequirementsTable,
]
