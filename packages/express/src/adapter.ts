/** The border of Express for the login registry of core. */

import type { Adapter } from '@authlib/core'
import { nodeAdapter } from '@authlib/node'
import type { Response } from 'express'

/** `new OAuth({ adapter: expressAdapter, … })`. Its context is `res`. */
export const expressAdapter: Adapter<Response> = nodeAdapter
