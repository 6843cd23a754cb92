import adapter from '@sveltejs/adapter-node'
import { sveltekit } from '@sveltejs/kit/vite'

// A server that is mounted in a hook needs `csrf: { trustedOrigins: ['*'] }`: its token endpoint is called from everywhere.
export default { plugins: [sveltekit({ adapter: adapter() })] }
