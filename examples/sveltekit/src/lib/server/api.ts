/** The protector of the API, and the document that tells clients where tokens come from. */

import { protectResource } from './protector.ts'

export const { metadata, protector } = protectResource()
