/** The border of Express for the login registry of core. */

import type { SyncAdapter } from '@authlib/core'
import { nodeAdapter } from '@authlib/node'
import type { Response } from 'express'

/** `new OAuth({ adapter: expressAdapter, … })`. Its context is `res`. */
export const expressAdapter: SyncAdapter<Response> = nodeAdapter
