/** Requests and responses of the pages router for the login registry of core. */

import type { SyncAdapter } from '@authlib/core'
import { nodeAdapter } from '@authlib/node'
import type { GetServerSidePropsContext } from 'next'

/**
 * `new OAuth({ adapter: nextAdapter, … })`. Its context is the response of an API route, or `context.res` of
 * `getServerSideProps`.
 */
export const nextAdapter: SyncAdapter<GetServerSidePropsContext['res']> = nodeAdapter
