import adapter from '@sveltejs/adapter-node'
import { sveltekit } from '@sveltejs/kit/vite'

const csrf = { trustedOrigins: ['*'] } // a token endpoint is called from everywhere, and without an Origin header

export default {
  logLevel: 'error',
  plugins: [sveltekit({ adapter: adapter({ out: '.svelte-kit/app' }), csrf })],
}
