import { mount } from '@authlib/next'
import { server } from './lib/server'

/** The provider: people log in here, and applications learn who they are. Other requests go on. */
export const proxy = mount(server)
