import { metadata } from './lib/server/api.ts'
import { mount } from '@authlib/sveltekit'

export const handle = mount(metadata)
